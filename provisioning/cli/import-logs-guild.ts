import { write } from "../../src/database/write.ts";
import { type ImportId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import { fightKey, type PlacedFight } from "../../src/tenant/combat-logs/legacy/plan.ts";
import type {
  LegacyCharacter,
  LegacyFile,
  LegacyMetric,
} from "../../src/tenant/combat-logs/legacy/rows.ts";
import {
  addReports,
  batchReports,
  bossNumbers,
  charactersOf,
  fightRows,
  type KnownFight,
  knownCharacters,
  knownFights,
  type NewPlayer,
  reportKey,
  storePlayers,
} from "../../src/tenant/combat-logs/legacy/store.ts";
import type { GuildContext } from "../../src/tenant/context.ts";

/** How many rows of each kind. */
export interface Counts {
  readonly encounters: number;
  readonly characters: number;
  readonly metrics: number;
  readonly logFiles: number;
}

interface Placed {
  readonly fight: PlacedFight;
  readonly players: Set<number>;
  deaths: number;
  known: KnownFight | undefined;
}

/** Fights whose log file is not in the source. */
const NO_FILE = { name: "Imported fights", hash: "" };

const NO_SPAN = { startAt: null, endAt: null };

/** The part of a combat-log database that goes to one guild. */
export class GuildImport {
  readonly #ctx: GuildContext;
  readonly #batch: ImportId;
  readonly #guildId: number;
  readonly #fights = new Map<number, Placed>();
  readonly #withFigures = new Set<number>();
  readonly #characters: LegacyCharacter[] = [];
  /** The log files of this guild, and those of others that have fights of this guild. */
  readonly #files = new Map<number, { readonly file: LegacyFile; readonly isOwn: boolean }>();
  #newCharacters: readonly LegacyCharacter[] = [];
  #madeReports: ReadonlySet<string> = new Set();
  #metricsKnown = 0;
  #players: NewPlayer[] = [];

  constructor(ctx: GuildContext, batch: ImportId, guildId: number) {
    this.#ctx = ctx;
    this.#batch = batch;
    this.#guildId = guildId;
  }

  place(fight: PlacedFight): void {
    this.#fights.set(fight.id, { fight, players: new Set(), deaths: 0, known: undefined });
  }

  ownFile(file: LegacyFile): void {
    this.#files.set(file.id, { file, isOwn: true });
  }

  /** Finds the files of other guilds that have fights of this one. */
  otherFiles(files: ReadonlyMap<number, LegacyFile>): void {
    for (const { fight } of this.#fights.values()) {
      const file = files.get(fight.fileId ?? 0);
      if (file !== undefined && !this.#files.has(file.id)) {
        this.#files.set(file.id, { file, isOwn: false });
      }
    }
  }

  /** Counts figures. False for a character that the fight has already. */
  tally({ encounterId, characterId, deaths }: LegacyMetric): boolean {
    const placed = this.#fights.get(encounterId!)!;
    if (placed.players.has(characterId!)) return false;
    placed.players.add(characterId!);
    placed.deaths += deaths;
    this.#withFigures.add(characterId!);
    return true;
  }

  hasFigures(characterId: number): boolean {
    return this.#withFigures.has(characterId);
  }

  addCharacter(character: LegacyCharacter): void {
    this.#characters.push(character);
  }

  /** Finds what the guild has already. Changes nothing. */
  async compare(): Promise<void> {
    for (const slice of slices([...this.#fights.values()])) {
      const known = await knownFights(
        this.#ctx,
        slice.map(({ fight }) => fight),
      );
      for (const placed of slice) {
        placed.known = known.get(fightKey(placed.fight));
        // Figures of a fight that came from elsewhere stay out of it.
        if (placed.known === undefined) continue;
        const isOurs = placed.known.batch === this.#batch;
        this.#metricsKnown += isOurs ? placed.known.players : placed.players.size;
      }
    }
    const fresh: LegacyCharacter[] = [];
    for (const slice of slices(this.#characters)) {
      const known = await knownCharacters(
        this.#ctx,
        slice.map(({ guid }) => guid),
      );
      fresh.push(...slice.filter(({ guid }) => !known.has(guid)));
    }
    this.#newCharacters = fresh;
    const made = await batchReports(this.#ctx, this.#batch);
    this.#madeReports = new Set(made.map(({ key }) => key));
  }

  /** What is added, and what the guild has already. */
  result() {
    const fights = [...this.#fights.values()];
    const metrics = fights.reduce((sum, { players }) => sum + players.size, 0);
    const own = [...this.#files.values()].filter(({ isOwn }) => isOwn);
    const knownFiles = own.filter(({ file }) => this.#hasReport(file)).length;
    const newFights = fights.filter(({ known }) => known === undefined).length;
    const { guild } = this.#ctx;
    return {
      ...{ slug: guild.slug, batchId: this.#batch, legacyGuildId: this.#guildId || null },
      encounters: newFights,
      characters: this.#newCharacters.length,
      metrics: metrics - this.#metricsKnown,
      logFiles: own.length - knownFiles,
      alreadyKnown: {
        encounters: fights.length - newFights,
        characters: this.#characters.length - this.#newCharacters.length,
        metrics: this.#metricsKnown,
        logFiles: knownFiles,
      },
    };
  }

  /** Stores reports, characters and fights. Figures follow one by one. */
  async storeFights(): Promise<void> {
    const reports = await this.#storeReports();
    for (const slice of slices(this.#newCharacters)) {
      await write(this.#ctx.db, [charactersOf(this.#batch, slice)]);
    }
    const added = [...this.#fights.values()]
      .filter(({ known }) => known === undefined)
      .sort((a, b) => a.fight.startAt - b.fight.startAt || a.fight.id - b.fight.id);
    for (const slice of slices(added)) {
      const names = [...new Set(slice.map(({ fight }) => fight.name))];
      const numberOf = await bossNumbers(this.#ctx, names);
      const rows = slice.map((placed) => {
        const { fight, players, deaths } = placed;
        const id = newId<string>();
        const reportId = reports.get(this.#reportKeyOf(fight))!;
        placed.known = { id, batch: this.#batch, players: 0, durationMs: fight.durationMs };
        return { id, reportId, fight, gameId: numberOf(fight.name), players: players.size, deaths };
      });
      await write(this.#ctx.db, rows.flatMap(fightRows));
    }
  }

  async storeMetric(metric: LegacyMetric, character: LegacyCharacter): Promise<void> {
    const { known } = this.#fights.get(metric.encounterId!)!;
    if (known === undefined || known.batch !== this.#batch) return;
    const { id: encounterId, durationMs } = known;
    this.#players.push({ encounterId, durationMs, character, metric });
    if (this.#players.length >= limits.legacy.pageRows) await this.finish();
  }

  /** Stores the figures that are not stored yet. */
  async finish(): Promise<void> {
    const players = this.#players;
    this.#players = [];
    if (players.length > 0) await storePlayers(this.#ctx, players);
  }

  async #storeReports(): Promise<ReadonlyMap<string, string>> {
    const made = await batchReports(this.#ctx, this.#batch);
    const known = new Map(made.map(({ key, id }) => [key, id]));
    const isWanted = new Set(
      [...this.#fights.values()]
        .filter(({ known }) => known === undefined)
        .map(({ fight }) => this.#reportKeyOf(fight)),
    );
    const files = [...this.#files.values()]
      .filter(({ file, isOwn }) => isOwn || isWanted.has(reportKey(file.name, file.hash)))
      .map(({ file }) => ({ name: file.name, hash: file.hash }));
    if (isWanted.has(reportKey(NO_FILE.name, NO_FILE.hash))) files.push(NO_FILE);
    const spans = this.#spans();
    const missing = files
      .filter(({ name, hash }) => !known.has(reportKey(name, hash)))
      .map((file) => ({ ...file, ...(spans.get(reportKey(file.name, file.hash)) ?? NO_SPAN) }));
    const { encounters, characters, metrics, logFiles } = this.result();
    const counts = { encounters, characters, metrics, logFiles };
    const isNothing = Object.values(counts).every((count) => count === 0);
    if (isNothing) return known;
    const added = await addReports(this.#ctx, this.#batch, missing, counts);
    return new Map([...known, ...added.map(({ key, id }) => [key, id] as const)]);
  }

  /** The first start and the last end of the fights of each report. */
  #spans(): ReadonlyMap<string, { readonly startAt: number; readonly endAt: number }> {
    const spans = new Map<string, { readonly startAt: number; readonly endAt: number }>();
    for (const { fight } of this.#fights.values()) {
      const key = this.#reportKeyOf(fight);
      const { startAt, endAt } = spans.get(key) ?? { startAt: fight.startAt, endAt: 0 };
      spans.set(key, {
        startAt: Math.min(startAt, fight.startAt),
        endAt: Math.max(endAt, fight.startAt + fight.durationMs),
      });
    }
    return spans;
  }

  #reportKeyOf(fight: PlacedFight): string {
    const file = this.#files.get(fight.fileId ?? 0)?.file ?? NO_FILE;
    return reportKey(file.name, file.hash);
  }

  #hasReport({ name, hash }: LegacyFile): boolean {
    return this.#madeReports.has(reportKey(name, hash));
  }
}

function* slices<T>(all: readonly T[]): Generator<readonly T[]> {
  const { fightsAtOnce } = limits.legacy;
  for (let at = 0; at < all.length; at += fightsAtOnce) yield all.slice(at, at + fightsAtOnce);
}
