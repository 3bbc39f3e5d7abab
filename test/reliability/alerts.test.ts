import { rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { platformFile } from "../../src/node/data-folder.ts";
import type { Guild } from "../../src/platform/store.ts";
import { alerts, dashboardExpressions, hasProgram } from "../support/alert-rules.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { clientOf, signUp } from "../support/processes.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { scrape } from "../support/scrape.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { type StartedServer, startedServer } from "../support/server.ts";

const isPrometheusHere = hasProgram("prometheus");
const OWN = { METRICS_ADDRESS: "127.0.0.1:0" };

let guildhall: string;
beforeAll(async () => {
  guildhall = await bundleScript("provisioning/cli/main.ts");
});
afterAll(() => rm(guildhall));

const metricsOf = ({ operatorPort }: StartedServer) => scrape(`http://127.0.0.1:${operatorPort}`);

/** Names and single labels in an expression, such as `guildhall_jobs` with `state`. */
function selectorsIn(expr: string) {
  return [...expr.matchAll(/\b((?:guildhall|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name, matchers = ""]) => ({
      name: name!.replace(/_(bucket|sum|count)$/, ""),
      wanted: Object.fromEntries(
        [...matchers.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label!, value!]),
      ),
    }),
  );
}

test("every metric that an alert or a panel names is in the scrape of a started server", async () => {
  await using server = await startedServer(OWN);
  await fetch(`${server.url}/sign-in`);
  const seen = await metricsOf(server);
  const types = new Map(
    [...seen.text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, n, t]) => [n!, t!]),
  );
  const expressions = [...alerts().map(({ expr }) => expr), ...dashboardExpressions()];
  const missing = new Set<string>();
  for (const { name, wanted } of expressions.flatMap(selectorsIn)) {
    if (!types.has(name)) missing.add(name);
    const { job: _, ...labels } = wanted;
    // Series of jobs appear with work, and statuses with requests. All others exist from the start.
    const isLater = types.get(name) !== "gauge" || name === "guildhall_jobs";
    if (!isLater && seen.all(name, labels).length === 0 && Object.keys(labels).length > 0) {
      missing.add(`${name} ${JSON.stringify(labels)}`);
    }
  }
  expect([...missing]).toEqual([]);
  expect(expressions.flatMap(selectorsIn).length).toBeGreaterThan(70);
});

/** The series behind the five alerts. */
async function states(server: StartedServer) {
  const seen = await metricsOf(server);
  return {
    isDiskFull: seen.sum("guildhall_disk_free_bytes")! < seen.sum("guildhall_disk_free_min_bytes")!,
    overdue: seen.sum("guildhall_backups_overdue"),
    failing: (seen.sum("guildhall_jobs", { state: "failing" }) ?? 0) > 0,
    rolloutFailed:
      seen.sum("guildhall_rollout_status", { status: "failed" })! +
      seen.sum("guildhall_rollout_status", { status: "halted" })!,
    damaged: seen.sum("guildhall_database_faults", { code: "database/damaged" }),
  };
}

const WELL = { isDiskFull: false, overdue: 0, failing: false, rolloutFailed: 0, damaged: 0 };
const ILL = { isDiskFull: true, overdue: 1, failing: true, rolloutFailed: 1, damaged: 1 };

/** A backup store that does not answer. */
const NO_STORE = {
  BACKUP_S3_URL: "http://127.0.0.1:9/backups",
  BACKUP_S3_ACCESS_KEY_ID: "nobody-has-this",
  BACKUP_S3_SECRET_ACCESS_KEY: "not-a-real-key-of-anything",
};

test("a full disk, overdue backups, failing jobs, a failed rollout and a damaged guild are seen, and their alerts fire", async () => {
  const first = await startedServer(OWN);
  const { dir } = first;
  const { GUILDHALL_SECRET } = first.env;
  try {
    // One account may have one guild on the free plan.
    const [owner, other] = [
      await signUp("one", first as never),
      await signUp("two", first as never),
    ];
    const damaged = await founded(first, owner, "damaged-vow");
    const behind = await founded(first, other, "behind-vow");
    expect(await states(first)).toEqual(WELL);
    await first.stop();

    await writeFile(fileURLToPath(damaged.location.url), "no database at all");
    await holdBack(dir, behind);
    const { code } = await runCli(guildhall, dir, ["migrate", "apply", "--reason", "test"]);
    expect([1, 3]).toContain(code);
    const env = { ...OWN, ...NO_STORE, GUILDHALL_SECRET, DISK_FREE_MIN_MB: String(2 ** 40) };
    await using second = await startedServer(env, { dir });
    const client = clientOf({ url: second.url } as never, owner).within("damaged-vow");
    expect((await client.get("/roster")).status).toBe(503);
    await expect.poll(() => states(second), { timeout: 45_000, interval: 500 }).toEqual(ILL);
    if (!isPrometheusHere) return;
    await using prometheus = await startPrometheus(`127.0.0.1:${second.operatorPort}`);
    const wanted = [
      "GuildhallBackupsOverdue",
      "GuildhallDatabaseFault",
      "GuildhallDiskFull",
      "GuildhallJobsFailing",
      "GuildhallRolloutFailed",
    ];
    await expect
      .poll(() => prometheus.firing(), { timeout: 45_000, interval: 500 })
      .toEqual(expect.arrayContaining(wanted));
    const firing = await prometheus.firing();
    expect(firing).not.toContain("GuildhallDown");
    expect(firing).not.toContain("GuildhallClockRefused");
  } finally {
    await first.stop();
    await removeSearched(dir);
  }
}, 180_000);

async function founded(
  server: StartedServer,
  owner: Awaited<ReturnType<typeof signUp>>,
  slug: string,
): Promise<Guild> {
  const client = clientOf({ url: server.url } as never, owner);
  const guild = { name: `Guild ${slug}`, realm: "Area 52", region: "eu", faction: "horde", slug };
  const made = await client.post("/api/guilds", guild);
  if (made.status === 202) await client.get(`/api/guilds/${made.body.id}/operation/events`);
  return (await server.services.platform.guild(made.body.id as GuildId))!;
}

/** Removes the record of a guild's newest migration, so that it fails when it runs again. */
async function holdBack(dir: string, guild: Guild): Promise<void> {
  const own = await openEmbedded(guild.location);
  await own.batch(
    [
      { sql: "DELETE FROM _migrations WHERE position = ?", args: [guild.schemaVersion] },
      { sql: "UPDATE _meta SET schema_version = schema_version - 1", args: [] },
    ],
    "write",
  );
  await own.close();
  const platform = await openEmbedded({ url: `file://${platformFile(dir)}` });
  const sql = `UPDATE guilds SET schema_version = schema_version - 1, schema_hash = 'older',
    created_at = created_at - 86400000 WHERE id = ?`;
  await platform.execute({ sql, args: [guild.id] });
  await platform.close();
}
