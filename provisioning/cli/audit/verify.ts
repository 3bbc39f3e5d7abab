import { Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { bySlug } from "../guilds/lookup.ts";
import { EXIT, type Output, table } from "../output.ts";
import type { VerifyOptions } from "./commands.ts";
import { type AuditFinding, FAULTS } from "./faults.ts";
import { guildFinding, type Heads, headsIn, isWrong, platformFinding } from "./findings.ts";

/** Compares the chosen logs with their seals. */
export async function verifyLogs(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  { platform, all, heads: file }: VerifyOptions,
): Promise<number> {
  if (slug === undefined && !platform && !all) {
    const next = ["guildhall audit verify --all"];
    out.failure(
      new Invalid("cli/no-log", "Say whose: a guild's slug, --platform or --all.", { next }),
    );
    return EXIT.misused;
  }
  const heads: Heads = file === undefined ? new Map() : await headsIn(services, file);
  const findings: AuditFinding[] = [];
  if (platform || all) findings.push(await platformFinding(services, heads));
  if (slug !== undefined) {
    findings.push(await guildFinding(services, await bySlug(services, slug), heads));
  } else if (all) {
    for await (const guild of services.platform.guilds()) {
      if (guild.status !== "ready" && guild.status !== "suspended") continue;
      findings.push(await guildFinding(services, guild, heads));
    }
  }
  const wrong = findings.filter(isWrong);
  out.result({ checked: findings.length, wrong: wrong.length, logs: findings }, () =>
    verdict(findings, wrong),
  );
  return wrong.length > 0 ? EXIT.drift : EXIT.done;
}

function verdict(findings: readonly AuditFinding[], wrong: readonly AuditFinding[]): string {
  const rows = findings.reduce((sum, one) => sum + one.rows, 0);
  const unsealed = findings.reduce((sum, one) => sum + one.unsealed, 0);
  const late = unsealed > 0 ? ` ${unsealed} are too new to be sealed.` : "";
  const unsigned = findings.some(({ error, isSigned }) => error === null && !isSigned)
    ? " Signatures were not checked: set GUILDHALL_SECRET as the server has it."
    : "";
  const checked = `${rows} rows of ${findings.length} logs were held against their seals.${late}${unsigned}`;
  if (wrong.length === 0) return `${checked} All are what was written down.`;
  const lines = wrong.flatMap(({ log, bad, error, unguarded }) => [
    ...(bad ? [[log, String(bad.seq), `row ${bad.seq} ${FAULTS[bad.fault]}`]] : []),
    ...(error === null ? [] : [[log, "", error]]),
    ...unguarded.map((what) => [log, "", `${what}: the log is not guarded as it should be`]),
  ]);
  const next = [...new Set(wrong.flatMap((one) => one.next))].map((line) => `Try:   ${line}`);
  const found = table(["log", "row", "fault"], lines);
  return [checked, found, ...(next.length > 0 ? [next.join("\n")] : [])].join("\n\n");
}
