import { createReadStream, createWriteStream, statSync } from "node:fs";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { CopyRounds } from "../../provisioning/backups/rounds.ts";
import { forEachLimit } from "../../src/kernel/concurrency.ts";
import { limits } from "../../src/limits.ts";
import type { NodeServices } from "../../src/node/services.ts";
import type { Guild } from "../../src/platform/store.ts";
import { productFleet } from "../support/fleet.ts";
import { figure } from "./figures.ts";
import type { Figure } from "./main.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const SHARES = [0, 1, 5, 100] as const;

/**
 * A whole round of backups after some guilds changed: its time, and all bytes that the process wrote for it.
 * The floor looks at each file's times, then copies and compresses the files of the changed guilds.
 */
export async function backups(): Promise<readonly Figure[]> {
  const count = FULL ? 10_000 : 1_000;
  await using fleet = await productFleet(count);
  const { services, dir } = fleet;
  const guilds: Guild[] = [];
  for await (const guild of services.platform.guilds({ status: "ready" })) guilds.push(guild);
  // Each round is complete at once, because its period is one millisecond.
  const rounds = new CopyRounds(services, 1);
  const first = await measured(() => wholeRound(rounds, count));
  refuse(first.result === count, `${first.result} of ${count} guilds were copied at first`);
  // Closes idle databases. The round gives new files time to become older than the file system's clock step.
  await services.tenants.closeIdle();
  await wholeRound(rounds, count);
  const figures: Figure[] = [];
  for (const share of SHARES) {
    const changed = guilds.slice(0, Math.ceil((count * share) / 100));
    for (const guild of changed) await change(services, guild, share);
    await services.tenants.closeIdle();
    const ours = await measured(() => wholeRound(rounds, count));
    refuse(ours.result === changed.length, `${ours.result} copied, ${changed.length} changed`);
    const floor = await measured(() => bare(join(dir, "bare"), guilds, changed));
    const name = `${share} % changed`;
    figures.push(
      figure("backups", `${name}: time`, count, "ms", ours.ms, floor.ms),
      figure("backups", `${name}: written`, count, "MB", ours.megabytes, floor.megabytes),
    );
  }
  return figures;
}

/** Returns the number of new backups. */
async function wholeRound(rounds: CopyRounds, count: number): Promise<number> {
  let [looked, copied] = [0, 0];
  while (looked < count) {
    const part = await rounds.next();
    looked += part.looked;
    copied += part.copied;
  }
  return copied;
}

async function change(services: NodeServices, guild: Guild, share: number): Promise<void> {
  const sql = "INSERT INTO settings (name, value, updated_at) VALUES (?, 'null', 0)";
  await services.tenants.use(guild, (db) =>
    db.client.execute({ sql, args: [`bench-${share}`] }).then(() => undefined),
  );
}

/** The least work of a round: reads the state of each file, and copies and compresses the changed ones. */
async function bare(
  to: string,
  guilds: readonly Guild[],
  changed: readonly Guild[],
): Promise<void> {
  await mkdir(to);
  const pathOf = (guild: Guild) => fileURLToPath(guild.location.url);
  for (const guild of guilds) {
    statSync(pathOf(guild));
    statSync(`${pathOf(guild)}-wal`, { throwIfNoEntry: false });
  }
  await forEachLimit(changed, limits.backups.lanes, async (guild) => {
    const copy = join(to, guild.databaseName);
    await copyFile(pathOf(guild), copy);
    await pipeline(
      createReadStream(copy),
      createGzip({ level: 6 }),
      createWriteStream(`${copy}.gz`),
    );
  });
  await rm(to, { recursive: true });
}

/** Time and bytes that this process handed to the system for writing. */
async function measured<T>(work: () => Promise<T>) {
  const [startedAt, before] = [performance.now(), await bytesWritten()];
  const result = await work();
  const megabytes = ((await bytesWritten()) - before) / 2 ** 20;
  return { result, ms: performance.now() - startedAt, megabytes };
}

async function bytesWritten(): Promise<number> {
  const io = await readFile("/proc/self/io", "utf8");
  return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
}

function refuse(isRight: boolean, message: string): void {
  if (!isRight) throw new Error(message);
}
