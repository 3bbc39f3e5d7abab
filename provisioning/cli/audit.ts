import type { Command } from "commander";
import {
  type AuditLog,
  type BadRow,
  type Head,
  type Verification,
  verifyAudit,
} from "../../src/database/audit-log.ts";
import { type Database, TenantDatabase } from "../../src/database/client.ts";
import { Invalid } from "../../src/kernel/errors.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { anchorsOf, guildLog, PLATFORM_LOG } from "../../src/platform/audit-sealer.ts";
import type { Guild } from "../../src/platform/store.ts";
import { refuseStranger } from "../rollouts/guild.ts";
import { bySlug } from "./guilds.ts";
import { EXIT, examples, JSON_OPTION, type Output, table } from "./output.ts";
import { run } from "./run.ts";

interface Options {
  readonly platform?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** One log, held against its seals and against what the platform knows of it. */
interface Finding {
  readonly log: string;
  readonly rows: number;
  readonly unsealed: number;
  readonly head: Head | null;
  readonly bad: BadRow | null;
  readonly error: string | null;
}

const FAULTS: Readonly<Record<BadRow["fault"], string>> = {
  changed: "is not what was written down, or not in its place",
  missing: "is missing",
  inserted: "was put there by somebody else, or its seal was taken away",
  "cut-off": "and what came after it were cut off the end",
  "not-as-anchored":
    "does not fit what the platform kept of that day: rows up to it were rewritten",
};

export function auditCommands(program: Command): void {
  const audit = program.command("audit").description("who changed what, and the proof of it");
  audit
    .command("verify [slug]")
    .description("name the first row of an audit log that is not what was written down")
    .option("--platform", "the platform's own log")
    .option("--all", "the platform's log and every guild's")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall audit verify iron-vow",
        "guildhall audit verify --platform",
        "guildhall audit verify --all --json",
      ),
    )
    .action((slug: string | undefined, options: Options) =>
      run(options, (services, out) => verifyLogs(services, out, slug, options)),
    );
}

async function verifyLogs(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  { platform, all }: Options,
): Promise<number> {
  if (slug === undefined && !platform && !all) {
    const next = ["guildhall audit verify --all"];
    out.failure(
      new Invalid("cli/no-log", "Say whose: a guild's slug, --platform or --all.", { next }),
    );
    return EXIT.misused;
  }
  const findings: Finding[] = [];
  if (platform || all) {
    const { db } = services.platform;
    findings.push(await found("platform", () => verifyAudit(db, PLATFORM_LOG, [])));
  }
  if (slug !== undefined) findings.push(await guildFinding(services, await bySlug(services, slug)));
  else if (all) {
    for await (const guild of services.platform.guilds()) {
      if (guild.status !== "ready" && guild.status !== "suspended") continue;
      findings.push(await guildFinding(services, guild));
    }
  }
  const wrong = findings.filter(({ bad, error }) => bad !== null || error !== null);
  out.result({ checked: findings.length, wrong: wrong.length, logs: findings }, () =>
    verdict(findings, wrong),
  );
  return wrong.length > 0 ? EXIT.drift : EXIT.done;
}

async function guildFinding(services: NodeServices, guild: Guild): Promise<Finding> {
  return await found(guild.slug, async () => {
    const client = await services.openClient(guild.location);
    try {
      await refuseStranger(client, guild);
      const anchors = await anchorsOf(services.platform, guild.id);
      return await verifyTwice(new TenantDatabase(client), guildLog(guild.id), anchors);
    } finally {
      await client.close();
    }
  });
}

/** Pruning in the meantime looks like missing rows, but only once. */
async function verifyTwice(
  db: Database,
  log: AuditLog,
  anchors: readonly Head[],
): Promise<Verification> {
  const first = await verifyAudit(db, log, anchors);
  return first.bad ? await verifyAudit(db, log, anchors) : first;
}

async function found(log: string, verify: () => Promise<Verification>): Promise<Finding> {
  try {
    const { bad, ...facts } = await verify();
    return { log, ...facts, bad: bad ?? null, error: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { log, rows: 0, unsealed: 0, head: null, bad: null, error: message };
  }
}

function verdict(findings: readonly Finding[], wrong: readonly Finding[]): string {
  const rows = findings.reduce((sum, one) => sum + one.rows, 0);
  const unsealed = findings.reduce((sum, one) => sum + one.unsealed, 0);
  const late = unsealed > 0 ? ` ${unsealed} are too new to be sealed.` : "";
  const checked = `${rows} rows of ${findings.length} logs were held against their seals.${late}`;
  if (wrong.length === 0) return `${checked} All are what was written down.`;
  const lines = wrong.map(({ log, bad, error }) => [
    log,
    bad ? String(bad.seq) : "",
    bad ? `row ${bad.seq} ${FAULTS[bad.fault]}` : (error ?? ""),
  ]);
  return [checked, table(["log", "row", "first fault"], lines)].join("\n\n");
}
