/** Combat logs that cost as much as a log can. Each is well-formed, and hits one boss. */

const BOSS = `Creature-0-61-2657-12-2900-00000000FF,"Warden",0x10a48,0x0`;
const DAY = "2/3/2026";

/** Lines of one log. Its clock moves a millisecond a line. */
class LogText {
  readonly #lines: string[] = [];
  #ms = 0;

  constructor() {
    this.line("COMBAT_LOG_VERSION,22,ADVANCED_LOG_ENABLED,0,BUILD_VERSION,11.2.0,PROJECT_ID,1");
  }

  line(text: string, stepMs = 1): this {
    this.#ms += stepMs;
    const two = (value: number) => String(value).padStart(2, "0");
    const second = Math.floor(this.#ms / 1_000);
    const clock = `${two(Math.floor(second / 3_600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
    this.#lines.push(`${DAY} ${clock}.${String(this.#ms % 1_000).padStart(3, "0")}0  ${text}\n`);
    return this;
  }

  start(id = 2900): this {
    return this.line(`ENCOUNTER_START,${id},"Warden",16,20,2657`);
  }

  end(id = 2900): this {
    return this.line(`ENCOUNTER_END,${id},"Warden",16,20,1,1000`);
  }

  hit(player: number, amount: number, spell = 133, target = BOSS, stepMs = 1): this {
    return this.line(
      `SPELL_DAMAGE,${playerOf(player)},${target},${spell},"Spell ${spell}",0x4,${amount},${amount},-1,4,0,0,0,nil,nil,nil,ST`,
      stepMs,
    );
  }

  died(player: number): this {
    return this.line(`UNIT_DIED,0000000000000000,nil,0x80000000,0x80000000,${playerOf(player)},0`);
  }

  get bytes(): Uint8Array {
    return new TextEncoder().encode(this.#lines.join(""));
  }
}

function playerOf(number: number): string {
  return `Player-61-${number.toString(16).toUpperCase().padStart(8, "0")},"Name${number}-Realm",0x514,0x0`;
}

function creatureOf(number: number): string {
  return `Creature-0-61-2657-12-9000-${number.toString(16).toUpperCase().padStart(10, "0")},"Add",0x10a48,0x0`;
}

/** Many players in one fight, each of whom hits once. */
export function manyPlayers(players: number): Uint8Array {
  const log = new LogText().start();
  for (let player = 1; player <= players; player++) log.hit(player, 1_000 + player, 133, BOSS, 0);
  return log.end().bytes;
}

/** Each of many players hits with each of many spells. */
export function manySpells(players: number, spells: number): Uint8Array {
  const log = new LogText().start();
  for (let player = 1; player <= players; player++) {
    for (let spell = 1; spell <= spells; spell++) log.hit(player, 1_000, spell, BOSS, 0);
  }
  return log.end().bytes;
}

/** Many enemies, each hit by each of many players. */
export function manyEnemies(enemies: number, players: number): Uint8Array {
  const log = new LogText().start();
  for (let enemy = 1; enemy <= enemies; enemy++) {
    for (let player = 1; player <= players; player++) log.hit(player, 9, 133, creatureOf(enemy), 0);
  }
  return log.end().bytes;
}

/** Players who die again and again, each after a dozen hits. */
export function manyDeaths(deaths: number): Uint8Array {
  const log = new LogText().start();
  for (let death = 0; death < deaths; death++) {
    for (let hit = 0; hit < 12; hit++) log.hit(1, 9, 133, playerOf(2 + (death % 30)), 0);
    log.died(2 + (death % 30));
  }
  return log.end().bytes;
}

/** Many players who hit in the first and in the last second of nearly six hours, and between. */
export function longFight(players: number): Uint8Array {
  const log = new LogText().start();
  for (let hour = 0; hour < 6; hour++) {
    for (let player = 1; player <= players; player++) {
      log.hit(player, 9, 133, player % 2 ? BOSS : playerOf(player + 1), 1);
    }
    log.line("EMOTE,x", hour < 5 ? 3_590_000 : 1);
  }
  return log.end().bytes;
}

/** Many short fights, one after another, with twenty players in each. */
export function manyFights(fights: number): Uint8Array {
  const log = new LogText();
  for (let fight = 0; fight < fights; fight++) {
    log.start();
    for (let player = 1; player <= 20; player++) log.hit(player, 9);
    log.end();
  }
  return log.bytes;
}

export function manyKeystones(runs: number): Uint8Array {
  const log = new LogText();
  for (let run = 0; run < runs; run++) {
    log.line(`CHALLENGE_MODE_START,"Dungeon ${run}",2657,500,10,[9,10,147]`);
    log.line("CHALLENGE_MODE_END,2657,1,10,1800000");
  }
  return log.bytes;
}

/** Units, spells and fights with the longest names that a line allows. */
export function longNames(count: number): Uint8Array {
  const log = new LogText();
  const name = "N".repeat(900_000);
  for (let i = 0; i < count; i++) {
    log.line(`ENCOUNTER_START,${i},"${name}",16,20,2657`);
    log.line(`SPELL_SUMMON,Player-1-${name}${i},"${name}",0x514,0x0,${BOSS},1,"${name}",0x1`);
    log.line(`ENCOUNTER_END,${i},"${name}",16,20,1,1000`);
  }
  return log.bytes;
}
