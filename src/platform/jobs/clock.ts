import { eq, getTableColumns, sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { unlessTold } from "../../database/faults.ts";
import { asNumber, prepare, rowsOf } from "../../database/query.ts";
import { write } from "../../database/write.ts";
import type { Background, Timer } from "../../kernel/background.ts";
import type { ClockState } from "../../kernel/clock-guard.ts";
import type { Log } from "../../kernel/log.ts";
import { limits } from "../../limits.ts";
import { auditLog, jobRuns, platformClock, sessions } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { repairTimes } from "./clock-repair.ts";

export type ClockRow = typeof platformClock.$inferSelect;

const ONE = 1;

/** The platform's stored clock state. Undefined before a process has written it. */
export async function storedClock({ db }: PlatformStore): Promise<ClockRow | undefined> {
  return await db.orm
    .select(getTableColumns(platformClock))
    .from(platformClock)
    .where(eq(platformClock.id, ONE))
    .get();
}

/** Compares this process's clock with the newest time that the platform has stored. */
export async function beginClock(platform: PlatformStore): Promise<void> {
  const row = await storedClock(platform);
  const newestAt = row?.newestAt ?? (await newestTrace(platform));
  if (newestAt !== undefined) platform.clock.begin(newestAt);
}

/** Stores that the clock is right. Every process learns of it at its next check. */
export async function confirmClock(
  platform: PlatformStore,
  alongside: readonly Statement[],
): Promise<void> {
  platform.clock.confirm();
  const confirmations = ((await storedClock(platform))?.confirmations ?? 0) + 1;
  await store(platform, "right", confirmations, alongside);
}

const newestTime = prepare(() =>
  rowsOf(
    {
      at: asNumber(sql`max((select coalesce(max(${auditLog.at}), 0) from ${auditLog}),
        (select coalesce(max(${jobRuns.finishedAt}), 0) from ${jobRuns}),
        (select coalesce(max(${sessions.lastUsedAt}), 0) from ${sessions}))`),
    },
    (columns) => sql`select ${columns}`,
  ),
);

/** The newest time in the data of a platform of an older release, which has no clock row. */
async function newestTrace({ db }: PlatformStore): Promise<number | undefined> {
  return (await newestTime.first(db))?.at || undefined;
}

async function store(
  platform: PlatformStore,
  state: ClockState,
  confirmations: number,
  alongside: readonly Statement[] = [],
): Promise<void> {
  const { db, clock, now } = platform;
  const row = { newestAt: clock.newest(), state, shownAt: now().getTime(), confirmations };
  await write(db, [
    db.orm
      .insert(platformClock)
      .values({ id: ONE, ...row })
      .onConflictDoUpdate({ target: platformClock.id, set: row }),
    ...alongside,
  ]);
}

/** Checks the clock regularly, reports jumps, and corrects times that a wrong clock wrote. */
export class ClockWatch {
  readonly #platform: PlatformStore;
  readonly #log: Log;
  readonly #background: Background;
  #reported: ClockState = "right";
  #confirmations: number | undefined;
  #repairedAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(platform: PlatformStore, log: Log, background: Background) {
    this.#platform = platform;
    this.#log = log;
    this.#background = background;
  }

  /** Servers call this. A command checks once, when it opens the platform. */
  async start(): Promise<void> {
    await this.look();
    this.#timer = this.#background.every("clock.look", limits.clock.lookEveryMs, () => this.look());
  }

  async stop(): Promise<void> {
    await this.#timer?.stop();
    await this.#looking;
  }

  /** Checks now. The next check retries what failed. */
  async look(): Promise<void> {
    this.#looking = this.#lookAfter(this.#looking);
    await this.#looking;
  }

  async #lookAfter(before: Promise<void>): Promise<void> {
    await before;
    // The platform's connection reports its own failures.
    await unlessTold(this.#lookOnce());
  }

  async #lookOnce(): Promise<void> {
    const platform = this.#platform;
    const { clock, now } = platform;
    this.#tell(clock.state());
    const row = await storedClock(platform);
    this.#confirmations ??= row?.confirmations;
    const isConfirmed = row !== undefined && row.confirmations !== (this.#confirmations ?? 0);
    // Other processes have seen a newer time, or an operator has confirmed the clock.
    if (row && (isConfirmed || row.newestAt > clock.newest() + limits.clock.jumpMax)) {
      clock.begin(row.newestAt);
      this.#confirmations = row.confirmations;
    }
    const state = clock.state();
    this.#tell(state);
    const isOld = Math.abs(clock.newest() - (row?.newestAt ?? 0)) >= limits.clock.writtenEveryMs;
    if (isOld || row?.state !== state) await store(platform, state, row?.confirmations ?? 0);
    if (state === "ahead") return;
    if (performance.now() - this.#repairedAt < limits.clock.repairEveryMs) return;
    this.#repairedAt = performance.now();
    const repaired = await repairTimes(platform, now().getTime(), clock.latest().getTime());
    if (repaired > 0) this.#log.warn("clock.repaired", { rows: repaired });
  }

  #tell(state: ClockState): void {
    if (state === this.#reported) return;
    const isBack = state === "right";
    this.#reported = state;
    // Repairs at once what the wrong clock wrote.
    this.#repairedAt = Number.NEGATIVE_INFINITY;
    const { clock, now } = this.#platform;
    const shown = now().toISOString();
    const expected = new Date(clock.newest()).toISOString();
    if (isBack) this.#log.warn("clock.right", { shown });
    else this.#log.warn(`clock.${state}`, { shown, expected, sentence: SENTENCES[state] });
  }
}

const SENTENCES = {
  ahead:
    "The clock is far ahead of the newest time known here. Nothing is deleted or ended for good until it is right. " +
    "Put it right, or, if it is right, type: guildhall clock confirm",
  behind:
    "The clock shows a time that is already past. " +
    "Put it right, or, if it is right, type: guildhall clock confirm",
} as const;
