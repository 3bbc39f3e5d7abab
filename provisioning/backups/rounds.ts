import { forEachLimit } from "../../src/kernel/concurrency.ts";
import { Unavailable } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import type { Log } from "../../src/kernel/log.ts";
import { limits } from "../../src/limits.ts";
import type { GuildChanges, GuildCopyState } from "../../src/platform/backups/changes.ts";
import {
  type CopyRound,
  currentRound,
  outdatedGuilds,
  progressOf,
  storeRound,
  unverifiedBackups,
} from "../../src/platform/backups/rounds.ts";
import type { Jobs } from "../../src/platform/jobs/jobs.ts";
import { BACKUP_JOB } from "../../src/platform/jobs/kinds.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { atHostOf, databaseName, type Hosts } from "../hosts/host.ts";
import type { Backups } from "./backups.ts";

interface Deps extends Hosts {
  readonly platform: PlatformStore;
  readonly backups: Backups;
  readonly changes: GuildChanges;
  readonly jobs: Jobs;
  readonly log: Log;
}

/** What one part of a round did. */
export interface RoundPart {
  /** When the next part is due, in Unix milliseconds. */
  readonly dueAt: number;
  readonly looked: number;
  readonly copied: number;
  readonly verified: number;
}

/**
 * Walks through all open guilds once per `everyMs`, in parts, and backs up those that changed. A guild that
 * did not change costs no run of a job and no row. What was looked at is stored after each page, so a part
 * that a crash ended is repeated, and nothing is left out.
 */
export class CopyRounds {
  readonly #deps: Deps;
  readonly #everyMs: number;

  constructor(deps: Deps, everyMs: number) {
    this.#deps = deps;
    this.#everyMs = everyMs;
  }

  /** Does what is due of the round now. Stops early at `signal`. `rest` is called before each copy. */
  async next(signal?: AbortSignal, rest?: () => Promise<void>): Promise<RoundPart> {
    const { platform } = this.#deps;
    const endAt = performance.now() + limits.backups.partMsMax;
    const isOver = () => signal?.aborted === true || performance.now() > endAt;
    let round = await this.#begun();
    const counts = { looked: 0, copied: 0 };
    let left = await this.#dueGuilds(round);
    while (left > 0 && !isOver()) {
      const page = await this.#page(round.after, Math.min(left, limits.backups.pageGuilds));
      counts.looked += page.length;
      counts.copied += await this.#copyChanged(page, signal, rest);
      // An aborted page is repeated.
      if (signal?.aborted) break;
      left -= page.length;
      const last = page.at(-1);
      if (last !== undefined) round = { ...round, after: last.id };
      if (last === undefined) left = 0;
      await storeRound(platform, round);
    }
    if (left === 0) round = await this.#ended(round);
    const verified = left === 0 ? await this.#verifyOldest(isOver) : 0;
    if (left === 0) await this.#pruneOutdated();
    const nowMs = platform.now().getTime();
    return { ...counts, verified, dueAt: left > 0 ? nowMs : nowMs + this.#partMs() };
  }

  /** Is a copy needed, as far as the platform and the host of the database can tell? In doubt it is. */
  async #isDue(guild: Guild, state: GuildCopyState | undefined): Promise<boolean> {
    if (state === undefined || state.hasJob) return false;
    const { changes: number, copied, revision, generation } = state;
    if (number === null || copied === null || generation !== guild.generation) return true;
    const { host } = atHostOf(this.#deps, guild);
    const isNoted = number > copied;
    if (host.kind !== "file") {
      // A server's own number may lag, so it cannot outweigh a write that was noted.
      if (isNoted) return true;
      const age = this.#deps.platform.now().getTime() - (state.comparedAt ?? 0);
      if (Math.abs(age) < limits.backups.doubtMs) return false;
    }
    if (revision === null || host.isAt === undefined) return true;
    if (!(await host.isAt(databaseName(guild.databaseName), revision))) return true;
    // A file costs only this look. A note was of a write that changed nothing.
    const at = this.#deps.platform.now().getTime();
    if (isNoted || host.kind !== "file") {
      await this.#deps.changes.copied(guild, { changes: number, revision, at });
    }
    return false;
  }

  /** The current round, and a new one if there is none or if a wrong clock began it. */
  async #begun(): Promise<CopyRound> {
    const nowMs = this.#deps.platform.now().getTime();
    const round = await currentRound(this.#deps.platform);
    if (round === undefined) return { startedAt: nowMs, after: "", completeAt: null };
    const isLater = round.startedAt - nowMs > this.#everyMs + limits.clock.skewMs;
    return isLater ? { ...round, startedAt: nowMs } : round;
  }

  /** How many guilds are due by now, so that the round is spread over its period. */
  async #dueGuilds({ startedAt, after }: CopyRound): Promise<number> {
    const passedMs = this.#deps.platform.now().getTime() - startedAt;
    // The next round has not begun.
    if (passedMs < 0) return 0;
    const { all, passed } = await progressOf(this.#deps.platform, after);
    const share = Math.min(1, (passedMs + this.#partMs()) / this.#everyMs);
    return Math.max(0, Math.ceil(all * share) - passed);
  }

  /** Stores that the round is complete, if it is, and when the next one begins. */
  async #ended(round: CopyRound): Promise<CopyRound> {
    const { platform } = this.#deps;
    const { all, passed } = await progressOf(platform, round.after);
    const nowMs = platform.now().getTime();
    if (passed < all || round.startedAt > nowMs) return round;
    // A round that took too long is followed by the next one at once.
    const startedAt = Math.max(round.startedAt + this.#everyMs, nowMs);
    const next: CopyRound = { startedAt, after: "", completeAt: round.startedAt };
    await storeRound(platform, next);
    return next;
  }

  async #page(after: GuildId | "", limit: number): Promise<readonly Guild[]> {
    const page: Guild[] = [];
    const filter = after === "" ? {} : { after };
    for await (const guild of this.#deps.platform.guilds({ status: "ready", ...filter })) {
      page.push(guild);
      if (page.length === limit) break;
    }
    return page;
  }

  /** Copies the changed guilds of a page, in lanes. Returns the number of new backups. */
  async #copyChanged(
    page: readonly Guild[],
    signal: AbortSignal | undefined,
    rest: (() => Promise<void>) | undefined,
  ): Promise<number> {
    let copied = 0;
    const { changes } = this.#deps;
    await changes.flush();
    const states = await changes.states(page.map(({ id }) => id));
    await forEachLimit(page, limits.backups.lanes, async (guild) => {
      if (signal?.aborted) return;
      try {
        if (!(await this.#isDue(guild, states.get(guild.id)))) return;
        await rest?.();
        if (await this.copy(guild)) copied++;
      } catch (error) {
        await this.#failed(guild, error);
      }
    });
    return copied;
  }

  /** Copies one guild and removes what the policy does not retain. Returns whether there is a new backup. */
  async copy(guild: Guild): Promise<boolean> {
    const { backups, platform } = this.#deps;
    const made = await backups.createIfChanged(guild).catch(async (error: unknown) => {
      // A full store stays full unless old backups are pruned, even when the new backup failed.
      await backups.prune(guild.id);
      throw error;
    });
    // A wrong clock would make all backups look old.
    if (made && platform.clock.state() === "right") await backups.prune(guild.id);
    return made !== undefined;
  }

  /** From now on, the guild has a job of its own, which tries again until it succeeds. */
  async #failed(guild: Guild, error: unknown): Promise<void> {
    const { jobs, log, platform } = this.#deps;
    log.warn("backups.not-made", { guildId: guild.id, error });
    const dueAt = platform.now().getTime() + limits.jobs.retryMs;
    await jobs.enqueue(guild.id, BACKUP_JOB, "", dueAt);
  }

  /** Reads and opens the backups again that were verified longest ago. A damaged one makes its guild due. */
  async #verifyOldest(isOver: () => boolean): Promise<number> {
    const { backups, platform, log } = this.#deps;
    const { verifyEveryMs, verifyMsMax, pageGuilds } = limits.backups;
    const endAt = performance.now() + verifyMsMax;
    const before = platform.settledNow().getTime() - verifyEveryMs;
    let verified = 0;
    for (const id of await unverifiedBackups(platform, { before, limit: pageGuilds })) {
      if (isOver() || performance.now() > endAt) break;
      const backup = await backups.backup(id).catch(notThere);
      if (backup === undefined) continue;
      try {
        // Its bytes have the hash that this platform noted. One that was found in the store may be hostile.
        await backups.verify(backup, backup.createdBy !== "found");
        verified++;
      } catch (error) {
        // The store does not answer. The next part tries again.
        if (error instanceof Unavailable) break;
        log.error("backups.damaged", { guildId: backup.guildId, id, error });
      }
    }
    return verified;
  }

  async #pruneOutdated(): Promise<void> {
    const { backups, platform } = this.#deps;
    if (platform.clock.state() !== "right") return;
    const { byHandMs, makingMsMax, pruneGuilds: limit } = limits.backups;
    const nowMs = platform.settledNow().getTime();
    const ages = { by: nowMs - byHandMs, makingBy: nowMs - makingMsMax, limit };
    for (const guildId of await outdatedGuilds(platform, ages)) await backups.prune(guildId);
  }

  #partMs(): number {
    return this.#everyMs / limits.backups.partsOfRound;
  }
}

function notThere(): undefined {
  return undefined;
}
