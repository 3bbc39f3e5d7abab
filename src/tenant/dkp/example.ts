import { inArray } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { isTrue } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, type Writable, write } from "../../database/write.ts";
import { type LedgerTxId, newId, type PersonId, type PoolId } from "../../kernel/ids.ts";
import { DAY_MS, MINUTE_MS } from "../../kernel/time.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { awardLines, type Line, spendLines } from "./ledger.ts";
import { rulesFrom } from "./pool-rules.ts";
import { type Pool, pools as poolsOf, systemAccounts } from "./pools.ts";
import { statementsOf } from "./post.ts";
import { accounts, balances, ledgerPostings, ledgerTx, pools } from "./schema.ts";
import { USUAL_DECIMALS } from "./seed.ts";

const NAME = "Example raid";

/** The awards of a raid night in whole points: common defaults of guilds. */
const NIGHT = [
  { afterMs: 0, points: 15, reason: "On time" },
  { afterMs: 45 * MINUTE_MS, points: 5, reason: "Boss kill" },
  { afterMs: 95 * MINUTE_MS, points: 5, reason: "Boss kill" },
  { afterMs: 140 * MINUTE_MS, points: 10, reason: "First kill" },
  { afterMs: 180 * MINUTE_MS, points: 10, reason: "Completion" },
] as const;
const NIGHTS_DAYS_AGO = [8, 6, 1] as const;
const PRICES = [25, 40, 15] as const;

/**
 * Adds three recent raid nights in a separate pool, which never mixes with the guild's real points.
 * `personIds` are example persons. Adds nothing if the example already exists.
 */
export async function addExampleEntries(
  ctx: GuildContext,
  personIds: readonly PersonId[],
): Promise<void> {
  allow(ctx, "settings.manage");
  if ((await poolsOf(ctx)).some((pool) => pool.isExample)) return;
  await write(ctx.db, [
    ...exampleEntries(ctx, personIds),
    record(ctx, "dkp.example-added", "pools", { after: { people: personIds.length } }),
  ]);
}

/**
 * Removes the example pool and everything in it. The ledger's triggers allow deletions only for example
 * pools.
 */
export async function removeExample(ctx: GuildContext): Promise<void> {
  allow(ctx, "settings.manage");
  await write(ctx.db, [...exampleRemoval(), record(ctx, "dkp.example-removed", "pools")]);
}

/** The statements of `addExampleEntries`, for a `write` that also adds the persons. */
export function exampleEntries(
  ctx: Pick<GuildContext, "actor" | "now">,
  personIds: readonly PersonId[],
): readonly (Statement | Guard)[] {
  const nowMs = ctx.now().getTime();
  const pool: Pool = {
    id: newId<PoolId>(),
    name: NAME,
    kind: "dkp",
    decimals: USUAL_DECIMALS,
    isDefault: false,
    isExample: true,
    archivedAt: null,
    rulesVersion: 1,
    ...rulesFrom({}, { kind: "dkp", decimals: USUAL_DECIMALS }),
  };
  return [
    insertInto(pools, {
      id: pool.id,
      name: pool.name,
      kind: pool.kind,
      decimals: pool.decimals,
      rules: {},
      isExample: true,
      createdAt: nowMs,
    }),
    systemAccounts(pool),
    ...NIGHTS_DAYS_AGO.flatMap((days, night) =>
      raidNight(personIds, night, nowMs - days * DAY_MS).flatMap((one) => entryOf(ctx, pool, one)),
    ),
  ];
}

/** The statements of `removeExample`, for a `write` that removes the persons afterwards. */
export function exampleRemoval(): readonly Writable[] {
  const isOfExample = isTrue(pools.isExample);
  const poolIds = build.select({ id: pools.id }).from(pools).where(isOfExample);
  const accountIds = build
    .select({ id: accounts.id })
    .from(accounts)
    .where(inArray(accounts.poolId, poolIds));
  return [
    build.delete(ledgerPostings).where(inArray(ledgerPostings.accountId, accountIds)),
    build.delete(balances).where(inArray(balances.accountId, accountIds)),
    build.delete(ledgerTx).where(inArray(ledgerTx.poolId, poolIds)),
    build.delete(accounts).where(inArray(accounts.poolId, poolIds)),
    build.delete(pools).where(isOfExample),
  ];
}

interface ExampleEntry {
  readonly kind: "award" | "spend";
  readonly reason: string;
  readonly at: number;
  readonly lines: readonly Line[];
}

/** All but one shared absentee are present; a third of them are late; three buy something. */
function raidNight(personIds: readonly PersonId[], night: number, startMs: number) {
  const minor = (points: number) => points * 10 ** USUAL_DECIMALS;
  const present = personIds.filter((_, i) => i === 0 || (i + night) % 5 !== 4);
  const entries: ExampleEntry[] = NIGHT.map(({ afterMs, points, reason }, i) => ({
    kind: "award",
    reason,
    at: startMs + afterMs,
    lines: awardLines(
      "dkp",
      present.filter((_, p) => i > 0 || p === 0 || (p + night) % 3 !== 2),
      minor(points),
    ),
  }));
  const buyers = present.slice(night % present.length).slice(0, night === 0 ? 1 : 3);
  const spends: ExampleEntry[] = buyers.map((personId, i) => ({
    kind: "spend",
    reason: ["Ring of the Quiet Forge", "Stormbound Mantle", "Emberglass Wand"][i]!,
    at: startMs + 150 * MINUTE_MS + i * MINUTE_MS,
    lines: spendLines("dkp", personId, minor(PRICES[(i + night) % PRICES.length]!)),
  }));
  return [...entries, ...spends].sort((a, b) => a.at - b.at);
}

function entryOf(ctx: Pick<GuildContext, "actor" | "now">, pool: Pool, one: ExampleEntry) {
  const id = newId<LedgerTxId>();
  return statementsOf(ctx, id, id, {
    pool,
    poolId: pool.id,
    kind: one.kind,
    origin: one.kind,
    reason: one.reason,
    reverses: null,
    effectiveAt: one.at,
    lines: one.lines,
  });
}
