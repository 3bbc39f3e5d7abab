import { Invalid } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";

/** What is needed to assign a guild to a wave. */
export interface Candidate {
  readonly id: GuildId;
  readonly slug: string;
  readonly plan: string;
  readonly host: string;
  readonly region: string;
}

/** One wave as an operator writes it: its name and its guilds. */
export type Wave =
  | { readonly kind: "count"; readonly name: string; readonly count: number }
  | { readonly kind: "share"; readonly name: string; readonly percent: number }
  | { readonly kind: "group"; readonly name: string; readonly by: GroupKey; readonly is: string }
  | { readonly kind: "rest"; readonly name: string };

type GroupKey = "guild" | "plan" | "host" | "region";

const GROUPS: Readonly<Record<GroupKey, (one: Candidate) => string>> = {
  guild: ({ slug }) => slug,
  plan: ({ plan }) => plan,
  host: ({ host }) => host,
  region: ({ region }) => region,
};

/** One guild, then growing shares: a mistake reaches more guilds only after fewer have succeeded. */
export const DEFAULT_WAVES = ["1", "1%", "10%", "rest"] as const;

/**
 * Parses waves such as `3`, `10%`, `plan=free`, `guild=iron-vow,ash` or `rest`. Remaining guilds form a
 * last wave, so that none is forgotten.
 *
 * @throws {Invalid} `rollout/bad-wave`
 */
export function parseWaves(texts: readonly string[]): readonly Wave[] {
  const waves = texts.map(parseWave);
  return waves.some(({ kind }) => kind === "rest") ? waves : [...waves, REST];
}

const REST: Wave = { kind: "rest", name: "rest" };

function parseWave(text: string): Wave {
  const name = text.trim();
  if (name === "rest" || name === "100%") return { ...REST, name };
  if (/^\d+$/.test(name) && Number(name) > 0) return { kind: "count", name, count: Number(name) };
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(name)?.[1]);
  if (percent > 0 && percent < 100) return { kind: "share", name, percent };
  const [by, is] = name.split("=", 2);
  if (by !== undefined && Object.hasOwn(GROUPS, by) && is) {
    return { kind: "group", name, by: by as GroupKey, is };
  }
  throw new Invalid(
    "rollout/bad-wave",
    `"${name}" is no wave. Write a number, a share such as 10%, plan=…, host=…, region=…, ` +
      "guild=slug,slug or rest.",
  );
}

/**
 * The wave of each guild, as an index into `waves`. A share counts all guilds, including those of earlier
 * waves: 10% after 1% adds nine more of a hundred.
 */
export function assignWaves(
  candidates: readonly Candidate[],
  waves: readonly Wave[],
): ReadonlyMap<GuildId, number> {
  const found = new Map<GuildId, number>();
  waves.forEach((wave, index) => {
    const free = candidates.filter(({ id }) => !found.has(id));
    for (const { id } of membersOf(wave, free, candidates.length)) found.set(id, index);
  });
  return found;
}

function membersOf(wave: Wave, free: readonly Candidate[], total: number): readonly Candidate[] {
  if (wave.kind === "rest") return free;
  if (wave.kind === "count") return free.slice(0, wave.count);
  if (wave.kind === "share") {
    const upTo = Math.ceil((total * wave.percent) / 100);
    return free.slice(0, Math.max(0, upTo - (total - free.length)));
  }
  const wanted = new Set(wave.is.split(",").map((one) => one.trim()));
  return free.filter((one) => wanted.has(GROUPS[wave.by](one)));
}
