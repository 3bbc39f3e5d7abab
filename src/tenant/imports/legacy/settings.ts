import { legacyText } from "../../../kernel/legacy-values.ts";
import { pointsFrom } from "../formats/text.ts";
import type { LegacyTables } from "./source.ts";

/** A setting of the legacy system, and where its counterpart is. */
export interface LegacySetting {
  readonly key: string;
  readonly value: string;
  /** Null without a counterpart. */
  readonly mapsTo: string | null;
  /** Why the value is not used. */
  readonly problem: string | null;
}

type Check = (value: string) => boolean;
const isPoints: Check = (value) => pointsFrom(value) !== undefined;
const isWhole: Check = (value) => /^\d{1,12}$/.test(value);
const isText: Check = (value) => value !== "";
const isPercent: Check = (value) => isPoints(value) && Number(value) >= 0 && Number(value) <= 100;

/** Settings with a counterpart. They are named in the report; an officer sets them. */
const COUNTERPARTS: Readonly<Record<string, { readonly mapsTo: string; readonly isGood: Check }>> =
  {
    raid_attendance_dkp: { mapsTo: "the points of an award to a raid", isGood: isPoints },
    boss_kill_bonus: { mapsTo: "the points of an award to a raid", isGood: isPoints },
    calendar_dkp_per_day: { mapsTo: "the points of an award to a raid", isGood: isPoints },
    weekly_vault_dkp: { mapsTo: "the points of an award to a raid", isGood: isPoints },
    dkp_cap: { mapsTo: "pool: hard cap", isGood: isPoints },
    loot_system: {
      mapsTo: "the kind of the default pool",
      isGood: (value) => /^(dkp|epgp|loot_council)$/.test(value),
    },
    default_server: { mapsTo: "the realm of characters that have none", isGood: isText },
    guild_name: { mapsTo: "the guild's name, which stays as it is", isGood: isText },
    guild_server: { mapsTo: "the guild's realm, which stays as it is", isGood: isText },
    guild_region: {
      mapsTo: "the guild's region, which stays as it is",
      isGood: (value) => /^(eu|us|kr|tw|cn)$/i.test(value),
    },
    wcl_guild_id: { mapsTo: "Warcraft Logs: guild id", isGood: isWhole },
    wcl_uploader_id: { mapsTo: "Warcraft Logs: uploader id", isGood: isWhole },
    decay_percentage: { mapsTo: "pool: weekly decay in percent", isGood: isPercent },
    auction_default_minutes: { mapsTo: "the minutes of an auction", isGood: isWhole },
    auction_min_bid: { mapsTo: "the minimum bid of an auction", isGood: isPoints },
    raid_week_start: {
      mapsTo: "pool: the day on which the raid week starts",
      isGood: (value) => /^[1-7]$/.test(value),
    },
  };

/** Reads the settings, and says what each is here. Nothing is guessed, and nothing is set. */
export async function readSettings(source: LegacyTables): Promise<readonly LegacySetting[]> {
  const settings: LegacySetting[] = [];
  for await (const row of source.rows("dkp_config", ["config_key", "config_value"])) {
    const [key, value] = [legacyText(row["config_key"]), legacyText(row["config_value"])];
    const found = Object.hasOwn(COUNTERPARTS, key) ? COUNTERPARTS[key] : undefined;
    if (found === undefined) settings.push({ key, value, mapsTo: null, problem: "no counterpart" });
    else {
      const problem = found.isGood(value) ? null : "its value cannot be read";
      settings.push({ key, value, mapsTo: found.mapsTo, problem });
    }
  }
  return settings;
}
