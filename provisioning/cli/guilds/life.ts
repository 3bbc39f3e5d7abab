import type { Command } from "commander";
import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { storedFaults } from "../../../src/platform/fleet/faults.ts";
import type { GuildStatus } from "../../../src/platform/schema.ts";
import { type AuditFinding, FAULTS } from "../audit/faults.ts";
import { atThisMachine } from "../operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output, table } from "../output.ts";
import { type DryRun, run } from "../run.ts";
import { bySlug } from "./lookup.ts";

/** `guildhall guilds suspend|resume|check`. */
export function lifeCommands(guilds: Command): void {
  guilds
    .command("suspend <slug>")
    .description("close a guild to everybody; its members are told why")
    .requiredOption("--reason <text>", "what its members read")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds suspend iron-vow --reason 'Under review'"))
    .action((slug: string, o: { reason: string; json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => {
          const guild = await bySlug(services, slug);
          const { suspendGuild } = await import("../../../src/platform/guilds/service.ts");
          await suspendGuild(atThisMachine(services), guild.id, o.reason);
          const next = `Try:   guildhall guilds resume ${slug}`;
          out.result({ suspended: guild.id }, () => `${guild.name} is suspended.\n${next}`);
          return EXIT.done;
        },
        describe("suspend", "ready", slug),
      ),
    );
  guilds
    .command("resume <slug>")
    .description("open a suspended guild again")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds resume iron-vow"))
    .action((slug: string, o: { json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => {
          const guild = await bySlug(services, slug);
          const { resumeGuild } = await import("../../../src/platform/guilds/service.ts");
          await resumeGuild(atThisMachine(services), guild.id);
          out.result({ resumed: guild.id }, () => `${guild.name} is open again.`);
          return EXIT.done;
        },
        describe("open", "suspended", slug),
      ),
    );
  protectionCommands(guilds);
  guilds
    .command("check <slug>")
    .description("look whether a guild's database is whole, its own and as it should be")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds check iron-vow"))
    .action((slug: string, o: { json?: boolean }) =>
      run(o, (services, out) => checkGuild(services, out, slug)),
    );
}

function protectionCommands(guilds: Command): void {
  guilds
    .command("protect <slug>")
    .description("refuse to delete, purge or revert a guild until it is unlocked")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds protect iron-vow"))
    .action((slug: string, o: { json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        (services, out) => protect(services, out, slug, true),
        async (services) => `protect ${(await bySlug(services, slug)).name}`,
      ),
    );
  guilds
    .command("unprotect <slug>")
    .description("unlock a protected guild")
    .requiredOption("--confirm <slug>", "the slug once more")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds unprotect iron-vow --confirm iron-vow"))
    .action((slug: string, o: { confirm: string; json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        (services, out) => {
          if (o.confirm === slug) return protect(services, out, slug, false);
          throw new Invalid("cli/not-confirmed", "The slugs differ. Type the guild's slug twice.");
        },
        async (services) => `unlock ${(await bySlug(services, slug)).name}`,
      ),
    );
}

async function protect(
  services: NodeServices,
  out: Output,
  slug: string,
  isProtected: boolean,
): Promise<number> {
  const guild = await bySlug(services, slug);
  const { protectGuild } = await import("../../../src/platform/guilds/protection.ts");
  await protectGuild(atThisMachine(services), guild, isProtected);
  out.result({ id: guild.id, isProtected }, () =>
    isProtected ? `${guild.name} is protected.` : `${guild.name} is unlocked.`,
  );
  return EXIT.done;
}

/** @throws {Conflict} `guild/status-changed` for a guild in another state. */
function describe(verb: string, from: GuildStatus, slug: string): DryRun {
  return async (services) => {
    const guild = await bySlug(services, slug);
    if (guild.status === from) return `${verb} ${guild.name}`;
    throw new Conflict("guild/status-changed", `This guild is ${guild.status}, not ${from}.`);
  };
}

async function checkGuild(services: NodeServices, out: Output, slug: string): Promise<number> {
  const guild = await bySlug(services, slug);
  const { examine, expectedSchema } = await import("../migrate/drift.ts");
  const finding = await examine(services, guild, await expectedSchema());
  const { guildFinding, isWrong } = await import("../audit/findings.ts");
  const audit = await guildFinding(services, guild);
  const file = finding.error === null ? await inspect(services, guild.location) : undefined;
  const schema =
    finding.drift.length === 0
      ? "as it should be"
      : finding.drift.map(({ what, kind }) => `${what} is ${kind}`).join(", ");
  const checks: readonly (readonly [what: string, found: string, isRight: boolean])[] = [
    ["opens with its own stamp", finding.error ?? "yes", finding.error === null],
    ["pages and indexes", file?.integrity ?? "not looked at", file?.integrity === "ok"],
    [
      "rows that point nowhere",
      file ? String(file.brokenRows) : "not looked at",
      file?.brokenRows === 0,
    ],
    ["schema", finding.error === null ? schema : "not looked at", finding.drift.length === 0],
    [
      "ledger",
      finding.error === null ? `${finding.ledgerDifferences} differences` : "not looked at",
      finding.ledgerDifferences === 0,
    ],
    ["audit log", auditText(audit), !isWrong(audit)],
  ];
  const isRight = checks.every(([, , right]) => right);
  if (isRight)
    for (const fault of await storedFaults(services.platform, guild.id))
      services.faults.examined(fault);
  const { bad, unguarded } = audit;
  const document = {
    isRight,
    bytes: file?.bytes ?? null,
    ...finding,
    ...file,
    audit: { bad, unguarded },
  };
  out.result(document, () => {
    const rows = checks.map(([what, found, right]) => [right ? "✓" : "✗", what, found]);
    const next = finding.drift.length > 0 ? `\nTry:   guildhall migrate repair ${slug}` : "";
    return `${table(["", "check", "found"], rows)}${next}`;
  });
  return isRight ? EXIT.done : EXIT.drift;
}

/** The state of the audit log, and whether it has reached the platform's newest anchor. */
function auditText({ rows, bad, error, unguarded }: AuditFinding): string {
  if (error !== null) return "not looked at";
  if (bad) return `row ${bad.seq} ${FAULTS[bad.fault]}`;
  return unguarded[0] ?? `${rows} rows as they were written`;
}

/** Reads every page of a database, and checks foreign keys. */
export async function inspect(
  services: NodeServices,
  location: Parameters<typeof services.openClient>[0],
) {
  const client = await services.openClient(location);
  try {
    const rowsOf = async (sql: string) => (await client.execute({ sql, args: [] })).rows;
    const [integrity] = (await rowsOf("PRAGMA integrity_check(1)"))[0] ?? [];
    const broken = await rowsOf("PRAGMA foreign_key_check");
    const [bytes] =
      (
        await rowsOf("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
      )[0] ?? [];
    return { integrity: String(integrity), brokenRows: broken.length, bytes: Number(bytes) };
  } finally {
    await client.close();
  }
}
