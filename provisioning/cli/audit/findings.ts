import { readFile } from "node:fs/promises";
import { z } from "@hono/zod-openapi";
import type { Head } from "../../../src/database/audit-log.ts";
import { verifyAudit } from "../../../src/database/audit-verify.ts";
import { type Client, type Database, TenantDatabase } from "../../../src/database/client.ts";
import { type AuditLog, guildLog, PLATFORM_LOG } from "../../../src/kernel/audit-chain.ts";
import { AppError, Conflict, errorMessage, Invalid } from "../../../src/kernel/errors.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import {
  type KnownLog,
  type LogPlace,
  PLATFORM_PLACE,
} from "../../../src/platform/audit/anchors.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { schemaOf } from "../../migrations.ts";
import { platformSchema } from "../../platform.ts";
import { compareSchemas, readSchema, type Schema } from "../../rollouts/drift.ts";
import { refuseStranger } from "../../rollouts/guild.ts";
import { expectedSchema } from "../migrate/drift.ts";
import type { AuditFault, AuditFinding } from "./faults.ts";

/** Heads from log lines that left this machine, by log. */
export type Heads = ReadonlyMap<string, readonly Head[]>;

export function isWrong({ bad, error, unguarded }: AuditFinding): boolean {
  return bad !== null || error !== null || unguarded.length > 0;
}

export async function platformFinding(services: NodeServices, heads: Heads): Promise<AuditFinding> {
  const { db } = services.platform;
  return await found("platform", async () => {
    const expected = await expectedSchema(platformSchema());
    return {
      ...(await verified(services, db, PLATFORM_LOG, { ...PLATFORM_PLACE, heads })),
      unguarded: await unguardedIn(db.client, expected),
    };
  });
}

export async function guildFinding(
  services: NodeServices,
  guild: Guild,
  heads: Heads = new Map(),
): Promise<AuditFinding> {
  return await found(guild.slug, async () => {
    const client = await services.openClient(guild.location);
    try {
      await refuseStranger(client, guild);
      const place = { log: guild.id, generation: guild.generation, heads };
      const db = new TenantDatabase(client);
      const expected = await expectedSchema();
      const verify = () => verified(services, db, guildLog(guild.id), place);
      return await verify()
        .then(async (facts) => ({ ...facts, unguarded: await unguardedIn(client, expected) }))
        .catch(async (error: unknown) => {
          throw (await otherRelease(client)) ?? error;
        });
    } finally {
      await client.close();
    }
  });
}

/** The `audit.head` lines of a server's log that this installation signed. */
export async function headsIn(services: NodeServices, path: string): Promise<Heads> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Invalid("cli/no-file", `The file ${path} cannot be read.`, {}, { cause });
  });
  const heads = new Map<string, Head[]>();
  for (const line of text.split("\n")) {
    if (!line.includes('"audit.head"')) continue;
    const parsed = headLine.safeParse(parsedJson(line));
    if (!parsed.success) continue;
    const { signedAt: at, ...anchor } = parsed.data;
    const check = services.auditAnchors.check({ ...anchor, at });
    if (check === "wrong" || check === "other-key") continue;
    const { log, seq, hash } = anchor;
    heads.set(log, [...(heads.get(log) ?? []), { seq, hash }]);
  }
  return heads;
}

const headLine = z.object({
  event: z.literal("audit.head"),
  log: z.string(),
  generation: z.number().int(),
  kind: z.string(),
  seq: z.number().int(),
  hash: z.string(),
  signedAt: z.number().int(),
  keyId: z.string(),
  signature: z.string(),
});

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

type Facts = Omit<AuditFinding, "log" | "unguarded" | "error" | "next" | "bad"> & {
  readonly bad: AuditFault | undefined;
};

async function verified(
  services: NodeServices,
  db: Database,
  log: AuditLog,
  { heads, ...place }: LogPlace & { readonly heads: Heads },
): Promise<Facts> {
  const verify = async (): Promise<Facts> => {
    const known = await services.auditAnchors.known(place);
    const all = [...known.heads, ...(heads.get(place.log) ?? [])];
    const { bad, ...facts } = await verifyAudit(db, log, { ...known, heads: all });
    return { ...facts, bad: bad ?? anchorFault(known), isSigned: known.isChecked };
  };
  const first = await verify();
  // Rows pruned during the check look missing. A second check tells.
  return first.bad ? await verify() : first;
}

function anchorFault({ doubtful }: KnownLog): AuditFault | undefined {
  if (doubtful === undefined) return undefined;
  const fault = doubtful.check === "wrong" ? "anchor-forged" : "signed-otherwise";
  return { seq: doubtful.seq, fault };
}

/** Tables and triggers of the log that differ from this release's. */
async function unguardedIn(client: Client, expected: Schema): Promise<readonly string[]> {
  const ofLogs = (schema: Schema): Schema =>
    new Map(
      [...schema].filter(
        ([, { table, name }]) => table.startsWith("audit_") && !name.startsWith("_move_blocks_"),
      ),
    );
  const drift = compareSchemas(ofLogs(expected), ofLogs(await readSchema(client)));
  return drift.map(({ what, kind }) => `${what} is ${kind}`);
}

/** The error for a database with another release's schema, which this release cannot read completely. */
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

async function found(
  log: string,
  verify: () => Promise<Facts & Pick<AuditFinding, "unguarded">>,
): Promise<AuditFinding> {
  try {
    const { bad, ...facts } = await verify();
    return { log, ...facts, bad: bad ?? null, error: null, next: nextFor(log, bad) };
  } catch (error) {
    const message = errorMessage(error);
    const next = error instanceof AppError ? (error.details["next"] ?? []) : [];
    const nothing = { rows: 0, unsealed: 0, head: null, bad: null, unguarded: [], isSigned: false };
    return { log, ...nothing, error: message, next: next as readonly string[] };
  }
}

/** The commands for a log that an operator may accept after inspection. */
function nextFor(log: string, bad: AuditFault | undefined): readonly string[] {
  if (bad?.fault !== "signed-otherwise") return [];
  return [`guildhall audit accept ${log === "platform" ? "--platform" : log} --dry-run`];
}
