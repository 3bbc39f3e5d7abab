import {
  type AuditLog,
  type BadRow,
  type Head,
  type Verification,
  verifyAudit,
} from "../../src/database/audit-log.ts";
import { type Client, type Database, TenantDatabase } from "../../src/database/client.ts";
import { AppError, Conflict, Invalid } from "../../src/kernel/errors.ts";
import { guildSchema, type NodeServices } from "../../src/node/services.ts";
import { anchorsOf, guildLog, PLATFORM_LOG } from "../../src/platform/audit-sealer.ts";
import type { Guild } from "../../src/platform/store.ts";
import { schemaOf } from "../migrations.ts";
import { refuseStranger } from "../rollouts/guild.ts";
import type { VerifyOptions } from "./audit.ts";
import { bySlug } from "./guilds.ts";
import { EXIT, type Output, table } from "./output.ts";

/** One log, held against its seals and against what the platform knows of it. */
interface Finding {
  readonly log: string;
  readonly rows: number;
  readonly unsealed: number;
  readonly head: Head | null;
  readonly bad: BadRow | null;
  readonly error: string | null;
  /** What to type now. */
  readonly next: readonly string[];
}

const FAULTS: Readonly<Record<BadRow["fault"], string>> = {
  changed: "is not what was written down, or not in its place",
  missing: "is missing",
  inserted: "was put there by somebody else, or its seal was taken away",
  "cut-off": "and what came after it were cut off the end",
  "not-as-anchored":
    "does not fit what the platform kept of that day: rows up to it were rewritten",
};

/** Holds the logs that were asked for against their seals. */
export async function verifyLogs(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  { platform, all }: VerifyOptions,
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
      const db = new TenantDatabase(client);
      return await verifyTwice(db, guildLog(guild.id), anchors).catch(async (error: unknown) => {
        throw (await otherRelease(client)) ?? error;
      });
    } finally {
      await client.close();
    }
  });
}

/** Of a database with another release's schema this release cannot read all it wants to. */
async function otherRelease(client: Client): Promise<Conflict | undefined> {
  const { rows } = await client.execute({ sql: "SELECT schema_version FROM _meta", args: [] });
  const has = Number(rows[0]?.[0]);
  const { version } = schemaOf(guildSchema);
  if (has === version) return undefined;
  const schemas = `schema ${has}, this release's is ${version}`;
  return has < version
    ? new Conflict(
        "cli/guild-behind",
        `This guild is behind (${schemas}), so its log cannot be held against its seals. Migrate it.`,
        { next: ["guildhall migrate apply"] },
      )
    : new Conflict(
        "cli/guild-ahead",
        `This guild is ahead (${schemas}). Run the newer release's command line.`,
      );
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
    return { log, ...facts, bad: bad ?? null, error: null, next: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const next = error instanceof AppError ? (error.details["next"] ?? []) : [];
    const nothing = { rows: 0, unsealed: 0, head: null, bad: null };
    return { log, ...nothing, error: message, next: next as readonly string[] };
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
  const next = [...new Set(wrong.flatMap((one) => one.next))].map((line) => `Try:   ${line}`);
  const found = table(["log", "row", "first fault"], lines);
  return [checked, found, ...(next.length > 0 ? [next.join("\n")] : [])].join("\n\n");
}
