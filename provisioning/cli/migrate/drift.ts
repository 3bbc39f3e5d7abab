import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TenantDatabase } from "../../../src/database/client.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { verify } from "../../../src/tenant/dkp/service.ts";
import { forEachGuild } from "../../fleet.ts";
import { type Migration, migrate, schemaOf } from "../../migrations.ts";
import { compareSchemas, type Drift, readSchema, type Schema } from "../../rollouts/drift.ts";
import { refuseStranger } from "../../rollouts/guild.ts";
import { describeFailure } from "../failures.ts";
import { bySlug } from "../guilds/lookup.ts";
import { EXIT, type Output, plural, table } from "../output.ts";

/** The differences between one guild's database and the expected schema. */
export interface Finding {
  readonly slug: string;
  readonly drift: readonly Drift[];
  readonly ledgerDifferences: number;
  readonly error: string | null;
}

export async function verifyFleet(
  services: NodeServices,
  out: Output,
  options: { readonly lanes: number; readonly guild?: string },
): Promise<number> {
  const expected = await expectedSchema();
  const { hash } = schemaOf(guildSchema);
  const guilds: Guild[] = [];
  let behind = 0;
  if (options.guild !== undefined) guilds.push(await bySlug(services, options.guild));
  else {
    for await (const guild of services.platform.guilds()) {
      if (guild.status !== "ready" && guild.status !== "suspended") continue;
      if (guild.schemaHash === hash) guilds.push(guild);
      else behind++;
    }
  }
  const found: Finding[] = [];
  const bar = out.progress();
  bar.begin(guilds.length);
  const check = async (guild: Guild) => {
    const finding = await examine(services, guild, expected);
    bar.tick(isWrong(finding));
    if (isWrong(finding)) found.push(finding);
  };
  await forEachGuild(guilds, check, { lanes: options.lanes });
  bar.end();
  found.sort((a, b) => (a.slug < b.slug ? -1 : 1));
  out.result({ checked: guilds.length, behind, found }, () =>
    verdict(guilds.length, behind, found),
  );
  return found.length > 0 ? EXIT.drift : EXIT.done;
}

export async function repairFleet(
  services: NodeServices,
  out: Output,
  slug: string,
  apply: boolean,
): Promise<number> {
  const guild = await bySlug(services, slug);
  const { drift } = await examine(services, guild, await expectedSchema());
  const statements = drift.flatMap(({ repair }) => repair ?? []);
  const byHand = drift.filter(({ repair }) => repair === null).map(({ what }) => what);
  if (apply && statements.length > 0) {
    const client = await services.openClient(guild.location);
    try {
      const parts = statements.flatMap(partsOf);
      await client.migrate(parts.map((sql) => ({ sql, args: [] })));
    } finally {
      await client.close();
    }
    services.tenants.evict(guild.id);
  }
  out.result({ slug, statements, byHand, applied: apply }, () =>
    [
      ...(drift.length === 0 ? ["The schema is as it should be."] : statements),
      ...byHand.map((what) => `-- ${what}: a person has to look`),
      ...(statements.length > 0 && !apply
        ? [`\nTry:   guildhall migrate repair ${slug} --apply`]
        : []),
    ].join("\n"),
  );
  return byHand.length > 0 || (statements.length > 0 && !apply) ? EXIT.drift : EXIT.done;
}

/** A proposal to drop and recreate is two statements; a trigger's body is one statement with semicolons. */
function partsOf(sql: string): readonly string[] {
  const again = /^(DROP \w+ "[^"]+";)\s*(CREATE[\s\S]+)$/.exec(sql);
  return again ? [again[1]!, again[2]!] : [sql];
}

/** Compares one guild's database with the expected schema. Reports errors, never throws. */
export async function examine(
  services: NodeServices,
  guild: Guild,
  expected: Schema,
): Promise<Finding> {
  const finding = { slug: guild.slug, drift: [], ledgerDifferences: 0, error: null };
  try {
    const client = await services.openClient(guild.location);
    try {
      await refuseStranger(client, guild);
      const drift = compareSchemas(expected, await readSchema(client));
      // If tables are missing, the ledger cannot be read.
      if (drift.length > 0) return { ...finding, drift };
      const ledger = await verify({
        guild,
        db: new TenantDatabase(client),
        actor: { type: "system", job: "migrate verify" },
        now: services.now,
        requestId: "",
        idempotencyKey: undefined,
      });
      return { ...finding, ledgerDifferences: ledger.differences.length };
    } finally {
      await client.close();
    }
  } catch (error) {
    return { ...finding, error: describeFailure(error).message };
  }
}

/** The schema after all migrations of an empty database. */
export async function expectedSchema(
  migrations: readonly Migration[] = guildSchema,
): Promise<Schema> {
  const folder = await mkdtemp(join(tmpdir(), "guildhall-schema-"));
  try {
    const url = pathToFileURL(join(folder, "expected.db")).href;
    const client = await openEmbedded({ url }, { create: true });
    try {
      const report = await migrate(client, migrations, { nowMs: 0 });
      if (report.error) throw report.error;
      return await readSchema(client);
    } finally {
      await client.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isWrong({ drift, ledgerDifferences, error }: Finding): boolean {
  return drift.length > 0 || ledgerDifferences > 0 || error !== null;
}

function verdict(checked: number, behind: number, found: readonly Finding[]): string {
  const rows = found.flatMap(({ slug, drift, ledgerDifferences, error }) => [
    ...drift.map(({ what, kind }) => [slug, `${what} is ${kind}`]),
    ...(ledgerDifferences > 0
      ? [[slug, `${plural(ledgerDifferences, "difference")} in the ledger`]]
      : []),
    ...(error === null ? [] : [[slug, error]]),
  ]);
  const are = (count: number) => (count === 1 ? "is" : "are");
  const were = behind === 1 ? "was" : "were";
  const late =
    behind > 0 ? ` ${plural(behind, "guild")} ${are(behind)} behind and ${were} not compared.` : "";
  if (rows.length === 0) {
    return `${plural(checked, "guild")} ${are(checked)} as they should be.${late}`;
  }
  return [
    `${found.length} of ${plural(checked, "guild")} ${are(found.length)} not as it should be.${late}`,
    table(["guild", "finding"], rows),
    "Try:   guildhall migrate repair <slug>",
  ].join("\n\n");
}
