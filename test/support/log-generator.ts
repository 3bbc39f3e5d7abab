/**
 * Combat logs from a seed, with a known answer. The answer is counted while lines are written.
 */
import {
  activeMs,
  combatants,
  DEFAULTS,
  FORMATS,
  type Format,
  type Generation,
  type KnownFight,
  knownPlayer,
  NOBODY,
  type Unit,
  YEAR,
  ZEROS,
} from "./log-formats.ts";

export { GENERATIONS, type Generation, YEAR } from "./log-formats.ts";

export interface LogOptions {
  readonly seed: number;
  readonly generation: Generation;
  readonly fights?: number;
  /** Events in each fight. */
  readonly events?: number;
  readonly players?: number;
  /** The longest pause between two events, in milliseconds. */
  readonly pauseMsMax?: number;
  readonly advanced?: boolean;
  readonly newline?: "\n" | "\r\n";
}

const BOSS_FLAGS = "0x10a48";
const NAMES = ["Anvil", "Bórin", "Кузня", "炉石", "모루", "Ember"];

/** The log as text, piece by piece, and then its known answer. */
export function generateLog(options: LogOptions): {
  readonly lines: Iterable<string>;
  readonly answer: { readonly fights: KnownFight[]; lines: number; unknown: number; bad: number };
} {
  const answer = { fights: [] as KnownFight[], lines: 0, unknown: 0, bad: 0 };
  return { lines: new Writer(options, answer).all(), answer };
}

export function generatedText(options: LogOptions) {
  const { lines, answer } = generateLog(options);
  const text = [...lines].join("");
  return { text, bytes: new TextEncoder().encode(text), answer };
}

class Writer {
  readonly #options: Required<LogOptions>;
  readonly #format: Format;
  readonly #answer: { fights: KnownFight[]; lines: number; unknown: number; bad: number };
  readonly #players: Unit[];
  readonly #pets: Unit[];
  readonly #guardians: Unit[];
  #state: number;
  #atMs = Date.UTC(YEAR, 1, 3, 20, 15, 7, 120);

  constructor(
    options: LogOptions,
    answer: { fights: KnownFight[]; lines: number; unknown: number; bad: number },
  ) {
    this.#options = { ...DEFAULTS, ...options };
    this.#format = FORMATS[options.generation];
    this.#answer = answer;
    this.#state = options.seed >>> 0 || 1;
    const { hasNumbers: isOld, region } = this.#format;
    const id = (kind: string, old: string, n: number) =>
      isOld ? `0x${old}${n.toString(16).toUpperCase().padStart(12, "0")}` : `${kind}${n}`;
    this.#players = Array.from({ length: this.#options.players }, (_, i) => ({
      guid: id("Player-61-0000000", "0300", i + 1),
      name: `${NAMES[i % NAMES.length]}${i}-North${i % 3}${region}`,
      flags: i === 0 ? "0x511" : "0x514",
    }));
    this.#pets = this.#players.map((owner, i) => ({
      guid: id("Pet-0-61-2657-12-165189-01000000", "F140", i + 1),
      name: `Fang "the ${i}"`,
      flags: "0x1114",
      owner,
    }));
    this.#guardians = this.#pets.map((owner, i) => ({
      guid: id("Creature-0-61-2657-12-9000-0000000", "F130", i + 900),
      name: "Echo, of the pet",
      flags: "0x2114",
      owner,
    }));
  }

  *all(): Iterable<string> {
    const { version } = this.#format;
    if (version !== null) {
      const advanced = this.#options.advanced ? 1 : 0;
      const { build } = this.#format;
      yield this.#line(
        `COMBAT_LOG_VERSION,${version},ADVANCED_LOG_ENABLED,${advanced},BUILD_VERSION,${build},PROJECT_ID,1`,
      );
    }
    for (let i = 0; i < this.#options.fights; i++) yield* this.#fight(i);
  }

  *#fight(index: number): Iterable<string> {
    const boss: Unit = {
      guid: this.#format.hasNumbers
        ? `0xF13000${(2900 + index).toString(16).toUpperCase().padStart(6, "0")}0000`
        : `Creature-0-61-2657-12-${2900 + index}-00000000FF`,
      name: `Warden "The ${index}" of Ash`,
      flags: BOSS_FLAGS,
    };
    const fight = this.#openFight(index, boss);
    const acted = new Map<string, number[]>();
    const died = new Map<string, number[]>();
    this.#step(2_000);
    fight.startMs = this.#atMs;
    yield this.#line(`ENCOUNTER_START,${fight.id},"${boss.name}",16,${this.#players.length},2657`);
    for (const one of combatants(this.#players, this.#format)) yield this.#line(one);
    for (const pet of this.#pets) yield this.#summon(pet.owner!, pet);
    for (const guardian of this.#guardians) yield this.#summon(guardian.owner!, guardian);
    for (let i = 0; i < this.#options.events; i++) {
      this.#step(1 + this.#random(this.#options.pauseMsMax));
      yield* this.#event(fight, boss, acted, died);
    }
    const isKill = index % 2 === 0;
    if (isKill) yield* this.#finish(fight, boss, acted);
    this.#step(40);
    fight.endMs = this.#atMs;
    fight.gameMs = fight.endMs - fight.startMs - 17;
    fight.outcome = isKill ? "kill" : "wipe";
    for (const player of fight.players) {
      const times = acted.get(player.guid) ?? [];
      player.activeMs = activeMs(times, died.get(player.guid) ?? [], fight.endMs);
    }
    yield this.#line(
      `ENCOUNTER_END,${fight.id},"${boss.name}",16,${this.#players.length},${isKill ? 1 : 0},${fight.gameMs}`,
    );
  }

  #openFight(index: number, boss: Unit): KnownFight & { bossHp: number } {
    const fight = {
      id: 2900 + index,
      name: boss.name,
      startMs: 0,
      endMs: 0,
      outcome: "incomplete" as const,
      gameMs: null,
      unattributedDamage: 0,
      bossLost: 0,
      // Enough health for all of these events; the last blow takes the rest.
      bossHp: 12_000 * (this.#options.events + 10),
      players: this.#players.map((unit, i) => knownPlayer(unit, i, this.#format)),
    };
    this.#answer.fights.push(fight);
    return fight;
  }

  *#event(
    fight: KnownFight,
    boss: Unit,
    acted: Map<string, number[]>,
    died: Map<string, number[]>,
  ): Iterable<string> {
    const i = this.#random(this.#players.length);
    const j = this.#random(this.#players.length);
    const player = this.#players[i]!;
    const mine = fight.players[i]!;
    const other = this.#players[j]!;
    const others = fight.players[j]!;
    const act = () => acted.set(player.guid, [...(acted.get(player.guid) ?? []), this.#atMs]);
    const what = this.#random(15);
    if (what < 5) {
      const [pet, guardian] = [this.#pets[i]!, this.#guardians[i]!];
      const source = what < 2 ? player : what === 2 ? pet : what === 3 ? guardian : player;
      const amount = 100 + this.#random(9_000);
      const absorbed = this.#random(4) === 0 ? this.#random(500) : 0;
      if (source === player) {
        mine.damageOwn += amount + absorbed;
        act();
      } else mine.damagePets += amount + absorbed;
      mine.absorbedByTarget += absorbed;
      fight.bossLost += amount;
      yield this.#damage(what === 4 ? "swing" : "spell", source, boss, amount, 0, absorbed, fight);
      if (what === 4 && !this.#format.hasNumbers) {
        yield this.#landed(source, boss, amount, absorbed, fight);
      }
    } else if (what === 5) {
      const amount = 50 + this.#random(800);
      others.damageTaken += amount;
      if (other !== player) {
        mine.friendlyFire += amount;
        act();
      }
      yield this.#damage("spell", player, other, amount, 0, 0, fight);
    } else if (what < 8) {
      const amount = 100 + this.#random(4_000);
      const overheal = this.#random(amount);
      mine.healing += amount - overheal;
      mine.overhealing += overheal;
      act();
      yield this.#heal(player, other, amount, overheal);
    } else if (what === 8 && !this.#format.hasNumbers) {
      const amount = 10 + this.#random(900);
      mine.absorbsGranted += amount;
      yield this.#absorbed(boss, other, player, amount);
    } else if (what === 9) {
      const amount = 200 + this.#random(5_000);
      const absorbed = this.#random(300);
      others.damageTaken += amount + absorbed;
      yield this.#damage("spell", boss, other, amount, 0, absorbed, fight);
    } else if (what === 10) {
      const amount = 20 + this.#random(this.#options.pauseMsMax);
      mine.damageOwn += amount;
      mine.absorbedByTarget += amount;
      act();
      yield this.#absorbMiss(player, boss, amount);
    } else if (what === 11) {
      const amount = 100 + this.#random(2_000);
      fight.unattributedDamage += amount;
      fight.bossLost += amount;
      yield this.#damage("spell", NOBODY, boss, amount, 0, 0, fight);
    } else if (what === 12) {
      others.deaths++;
      died.set(other.guid, [...(died.get(other.guid) ?? []), this.#atMs]);
      yield this.#died(other, false);
      if (this.#format.hasFeigned) yield this.#died(player, true);
    } else if (what === 13) {
      mine.casts++;
      act();
      yield this.#cast(player, boss);
    } else yield* this.#noise();
  }

  /** The last blow takes the remaining health, and overkills. */
  *#finish(fight: KnownFight, boss: Unit, acted: Map<string, number[]>): Iterable<string> {
    const [player] = this.#players;
    const [mine] = fight.players;
    const left = fight.bossHp - fight.bossLost;
    const overkill = 1 + this.#random(3_000);
    this.#step(1);
    mine!.damageOwn += left;
    mine!.overkill += overkill;
    fight.bossLost += left;
    acted.set(player!.guid, [...(acted.get(player!.guid) ?? []), this.#atMs]);
    yield this.#damage("spell", player!, boss, left + overkill, overkill, 0, fight);
    yield this.#died(boss, false);
  }

  /** Lines that no figure needs, lines of unknown kinds, and lines that are not part of a log. */
  *#noise(): Iterable<string> {
    const player = this.#players[0]!;
    const kind = this.#random(4);
    if (kind === 0) {
      this.#answer.unknown++;
      yield this.#line(`SPELL_NOT_YET_INVENTED,${this.#who(player, player)},1,"x",0x1`);
    } else if (kind === 1) {
      this.#answer.lines++;
      this.#answer.bad++;
      yield `this is no line of a log${this.#options.newline}`;
    } else if (kind === 2) {
      yield this.#line(
        `SPELL_AURA_APPLIED,${this.#who(player, player)},139,"Renew, of "Light"",0x2,BUFF`,
      );
    } else {
      yield this.#line(
        `EMOTE,${player.guid},"Warden, of "Ash"",${player.guid},"x",roars: |Hspell:1|h[a, b]|h!`,
      );
    }
  }

  #damage(
    form: "spell" | "swing",
    source: Unit,
    target: Unit,
    amount: number,
    overkill: number,
    absorbed: number,
    fight: KnownFight,
  ): string {
    const { hasBase, tag } = this.#format;
    const event = form === "swing" ? "SWING_DAMAGE" : "SPELL_DAMAGE";
    const info = form === "swing" ? source : target;
    const parts = [event, this.#who(source, target)];
    if (form === "spell") parts.push(`133,"Fire, "ball"",0x4`);
    const block = this.#block(info, info.flags === BOSS_FLAGS ? fight : undefined);
    if (block !== "") parts.push(block);
    const over = overkill > 0 ? overkill : hasBase ? -1 : 0;
    parts.push(
      [amount, ...(hasBase ? [amount + 7] : []), over, 4, 0, 0, absorbed, "nil,nil,nil"].join(","),
    );
    if (tag && form === "spell") parts.push("ST");
    return this.#line(parts.join(","));
  }

  #landed(source: Unit, target: Unit, amount: number, absorbed: number, fight: KnownFight): string {
    return this.#damage("swing", source, target, amount, 0, absorbed, fight).replace(
      "SWING_DAMAGE",
      "SWING_DAMAGE_LANDED",
    );
  }

  #heal(source: Unit, target: Unit, amount: number, overheal: number): string {
    const block = this.#block(target, undefined);
    const figures = this.#format.hasBase
      ? `${amount - overheal},${amount},${overheal},0,nil`
      : `${amount},${overheal},0,nil`;
    const parts = ["SPELL_HEAL", this.#who(source, target), `2061,"Flash Heal",0x2`];
    return this.#line([...parts, ...(block === "" ? [] : [block]), figures].join(","));
  }

  #absorbed(attacker: Unit, victim: Unit, owner: Unit, amount: number): string {
    const crit = (this.#format.version ?? 0) >= 16 ? ",nil" : "";
    const spell = this.#random(2) === 0 ? `900,"Slam",0x1,` : "";
    const { guid, name, flags } = owner;
    return this.#line(
      `SPELL_ABSORBED,${this.#who(attacker, victim)},${spell}${guid},"${name}",${flags},0x0,17,"Shield",0x2,${amount},${amount + 9}${crit}`,
    );
  }

  #absorbMiss(source: Unit, target: Unit, amount: number): string {
    const { version, tag } = this.#format;
    const head = `SPELL_MISSED,${this.#who(source, target)},585,"Smite",0x2,ABSORB`;
    if (version === null) return this.#line(`${head},${amount}`);
    const crit = version >= 16 ? ",nil" : "";
    return this.#line(`${head},nil,${amount},${amount + 3}${crit}${tag ? ",ST" : ""}`);
  }

  #summon(source: Unit, target: Unit): string {
    return this.#line(`SPELL_SUMMON,${this.#who(source, target)},883,"Call Pet",0x1`);
  }

  #died(unit: Unit, isFeigned: boolean): string {
    const last = this.#format.hasFeigned ? `,${isFeigned ? 1 : 0}` : "";
    return this.#line(`UNIT_DIED,${this.#who(NOBODY, unit)}${last}`);
  }

  #cast(source: Unit, target: Unit): string {
    const block = this.#block(source, undefined);
    const parts = ["SPELL_CAST_SUCCESS", this.#who(source, target), `133,"Fire, "ball"",0x4`];
    return this.#line([...parts, ...(block === "" ? [] : [block])].join(","));
  }

  #who(source: Unit, target: Unit): string {
    return `${this.#unit(source)},${this.#unit(target)}`;
  }

  #unit({ guid, name, flags }: Unit): string {
    const { hasRaidFlags, hasNumbers } = this.#format;
    const isNobody = guid === NOBODY.guid;
    const id = isNobody && hasNumbers ? "0x0000000000000000" : guid;
    return `${id},${isNobody ? "nil" : `"${name}"`},${flags}${hasRaidFlags ? ",0x0" : ""}`;
  }

  /** The advanced block: info, owner, hp, hpMax, and the further figures of the log's version. */
  #block(unit: Unit, fight: KnownFight | undefined): string {
    const { block } = this.#format;
    if (block === 0) return "";
    if (!this.#options.advanced || unit === NOBODY) {
      return [ZEROS, ZEROS, ...Array.from({ length: block - 2 }, () => 0)].join(",");
    }
    const [hp, hpMax] = fight
      ? [Math.max(0, fight.bossHp - fight.bossLost), fight.bossHp]
      : [90, 100];
    const rest = Array.from({ length: block - 4 }, (_, i) => (i === 6 ? "-12.50" : i));
    return [unit.guid, unit.owner?.guid ?? ZEROS, hp, hpMax, ...rest].join(",");
  }

  #line(text: string): string {
    this.#answer.lines++;
    const at = new Date(this.#atMs);
    const two = (value: number) => String(value).padStart(2, "0");
    const year = this.#format.hasYear ? `/${at.getUTCFullYear()}` : "";
    const day = `${at.getUTCMonth() + 1}/${at.getUTCDate()}${year}`;
    const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
    const ms = String(at.getUTCMilliseconds()).padStart(3, "0");
    return `${day} ${clock}.${ms}${this.#format.hasYear ? "0" : ""}  ${text}${this.#options.newline}`;
  }

  #step(ms: number): void {
    this.#atMs += ms;
  }

  /** mulberry32: small, and the same everywhere. */
  #random(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  }
}
