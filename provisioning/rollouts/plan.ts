import type { PlatformStore } from "../../src/platform/store.ts";
import { type Migration, schemaOf } from "../migrations.ts";
import { guildsBehind } from "./rollouts.ts";
import { type PlannedStatement, planStatements } from "./statements.ts";
import { assignWaves, parseWaves } from "./waves.ts";

interface PlannedWave {
  readonly name: string;
  readonly guilds: number;
  /** The number of guilds by their schema version. */
  readonly from: Readonly<Record<string, number>>;
}

export interface RolloutPlan {
  readonly target: { readonly version: number; readonly hash: string; readonly name: string };
  readonly behind: number;
  readonly waves: readonly PlannedWave[];
  readonly statements: readonly PlannedStatement[];
  readonly isDestructive: boolean;
}

/**
 * Describes what a rollout would do, by wave and statement. Reads only the platform.
 *
 * @throws {Invalid} `rollout/bad-wave`
 */
export async function planRollout(
  platform: PlatformStore,
  migrations: readonly Migration[],
  waves: readonly string[],
): Promise<RolloutPlan> {
  const target = schemaOf(migrations);
  const behind = await guildsBehind(platform, target.hash);
  const parsed = parseWaves(waves);
  const assigned = assignWaves(behind, parsed);
  const oldest = Math.min(target.version, ...behind.map(({ schemaVersion }) => schemaVersion));
  const statements = planStatements(migrations.slice(oldest));
  return {
    target: { ...target, name: migrations.at(-1)?.name ?? "" },
    behind: behind.length,
    waves: parsed.map(({ name }, index) => {
      const members = behind.filter(({ id }) => assigned.get(id) === index);
      const versions = Map.groupBy(members, ({ schemaVersion }) => String(schemaVersion));
      const from = Object.fromEntries([...versions].map(([version, of]) => [version, of.length]));
      return { name, guilds: members.length, from };
    }),
    statements,
    isDestructive: statements.some(({ risk }) => risk === "destructive"),
  };
}
