import { Analyzer } from "../../src/tenant/combat-logs/parser/analyzer.ts";
import type {
  AnalyzerOptions,
  Fight,
  LogSummary,
} from "../../src/tenant/combat-logs/parser/types.ts";

const encoder = new TextEncoder();

/** Reads a whole log. Fights that a live log corrects are replaced. */
export function analyzeLog(
  log: string | Uint8Array,
  options: Partial<Omit<AnalyzerOptions, "onFight">> = {},
): { readonly fights: readonly Fight[]; readonly log: LogSummary } {
  const fights = new Map<number, Fight>();
  const analyzer = new Analyzer({
    writtenBefore: Date.UTC(2026, 11, 1),
    ...options,
    onFight: (fight) => fights.set(fight.startByte, fight),
  });
  analyzer.push(typeof log === "string" ? encoder.encode(log) : log);
  return { log: analyzer.end(), fights: [...fights.values()] };
}

/** The figures of one player in one fight. */
export function playerOf(fight: Fight | undefined, name: string) {
  return fight?.players.find((one) => one.name === name);
}

/** Units as logs since 4.2 write them: GUID, name, flags and raid flags. */
export const UNITS = {
  alpha: `Player-1-0000000A,"Alpha-Realm",0x511,0x0`,
  beta: `Player-1-0000000B,"Beta-Realm",0x512,0x0`,
  gamma: `Player-1-0000000C,"Gamma-Realm",0x548,0x0`,
  boss: `Creature-0-1-1-1-100-0000000001,"Boss",0x10a48,0x0`,
  neutral: `Creature-0-1-1-1-101-0000000002,"Neutral",0x10a28,0x0`,
  nobody: `0000000000000000,nil,0x80000000,0x80000000`,
} as const;

const FLAGS = "nil,nil,nil";
const FIREBALL = `133,"Fireball",0x4`;

/** An advanced block of so many fields for the unit of this GUID. */
export function blockOf(guid: string, fields: number): string {
  return [guid, "0000000000000000", ...Array.from({ length: fields - 2 }, () => "9")].join(",");
}

/** A log of retail: its lines, at seconds after 20:00 on 1 August 2026. */
export function retailLog(...lines: readonly (readonly [seconds: number, text: string])[]): string {
  return lines.map(([seconds, text]) => retailLine(seconds, text)).join("");
}

export function retailLine(seconds: number, text: string): string {
  const at = new Date(Date.UTC(2026, 7, 1, 20) + seconds * 1_000).toISOString();
  const [month, day] = [at.slice(5, 7), at.slice(8, 10)].map(Number);
  return `${month}/${day}/${at.slice(0, 4)} ${at.slice(11, 23)}0  ${text}\n`;
}

export const HEADER =
  "COMBAT_LOG_VERSION,22,ADVANCED_LOG_ENABLED,1,BUILD_VERSION,12.0.1,PROJECT_ID,1";
export const START = `ENCOUNTER_START,3000,"Boss",16,20,2769`;
export const END = `ENCOUNTER_END,3000,"Boss",16,20,1,30000`;

/** A spell's hit with the block of retail. */
export function hit(
  amount: number,
  options: { source?: string; target?: string; spell?: string; block?: number; tag?: string } = {},
): string {
  const { source = UNITS.alpha, target = UNITS.boss, spell = FIREBALL, tag = ",ST" } = options;
  const block = blockOf(target.split(",", 1)[0]!, options.block ?? 19);
  return `SPELL_DAMAGE,${source},${target},${spell},${block},${amount},${amount},-1,4,0,0,0,${FLAGS}${tag}`;
}
