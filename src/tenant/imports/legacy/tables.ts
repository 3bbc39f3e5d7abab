import type { Left, LegacyTables } from "./source.ts";

// The tables and columns of the legacy system. What no version of it has is reported by name.

/** Tables whose rows are imported, with all of their columns in any version. */
const IMPORTED: Readonly<Record<string, string>> = {
  users: `id username password character_name character_class raid_role role server spec email reset_token
    reset_token_expires is_active created_at updated_at avatar discord_id discord_username onboarding_step
    banner baldomero_killer`,
  characters: `id user_id character_name character_class spec raid_role is_primary created_at realm
    realm_slug`,
  member_dkp: `id user_id current_dkp lifetime_gained lifetime_spent last_decay_at role
    weekly_vault_completed vault_completed_at vault_week`,
  dkp_transactions: `id user_id amount reason performed_by created_at wcl_report_id auction_id reverted
    reverted_by_tx`,
  auctions: `id item_name item_name_en item_image item_rarity min_bid status winner_id winning_bid
    created_by created_at ended_at duration_minutes ends_at farewell_data item_id was_tie winning_roll
    armor_type eligible_classes item_distributed`,
  auction_bids: "id auction_id user_id amount created_at",
  auction_rolls: "id auction_id user_id bid_amount roll_result is_winner created_at",
  raids: "id name scheduled_at dkp_reward notes created_by created_at",
  raid_attendance: "id raid_id user_id joined_at",
  warcraft_logs_processed: `id report_code report_title start_time end_time region guild_name
    participants_count dkp_assigned processed_by processed_at raid_date is_reverted reverted_by
    reverted_at`,
  dkp_config: "id config_key config_value description updated_at updated_by",
  raid_days: "id day_of_week day_name is_active raid_time created_at",
  member_availability: "id user_id raid_date status notes dkp_awarded created_at updated_at",
  bis_items: `id user_id item_id item_name item_name_en item_image item_rarity item_slot item_level
    boss_name raid_name priority obtained notes created_at source_type slot_position`,
  loot_decisions: `id item_id item_name raid_id boss_name status winner_id decided_by created_by reason
    created_at decided_at`,
  loot_responses: "id decision_id user_id response note created_at",
  loot_votes: "id decision_id voter_id candidate_id vote created_at",
  member_epgp: "user_id effort_points gear_points",
  epgp_transactions: "id user_id type ep_change gp_change reason item_id created_at",
};

const SECRET = "sessions, push keys and one-time codes are never imported";
const NO_PLACE = "there is no counterpart";

/** Tables of the legacy system that stay behind, with the reason. */
const LEFT: Readonly<Record<string, string>> = {
  refresh_tokens: SECRET,
  push_subscriptions: SECRET,
  discord_link_codes: SECRET,
  invite_codes: SECRET,
  audit_log: "the audit log of this platform records its own actions only",
  notification_preferences: "each member chooses their own notifications here",
  bot_config: "an officer connects Discord and its channels here",
  epgp_item_values: "an officer sets the prices of the pool",
  hall_of_fame: NO_PLACE,
  mrt_notes: NO_PLACE,
  wcl_zones: NO_PLACE,
  wcl_bosses: NO_PLACE,
  boss_statistics: "they follow from combat logs",
  calendar_dkp_rewards: "their points are entries already",
  auction_bid_log: "the last bid of each member is imported",
  db_migrations: NO_PLACE,
};

export interface UnknownParts {
  /** Rows of each table that no version of the legacy system has. */
  readonly tables: Readonly<Record<string, number>>;
  readonly columns: readonly string[];
}

/** Reports tables that stay behind, and names what no version of the legacy system has. */
export function surveyTables({ tables }: LegacyTables, left: Left): UnknownParts {
  const unknown: Record<string, number> = {};
  const columns: string[] = [];
  for (const [name, { rows, columns: own }] of Object.entries(tables)) {
    const known = Object.hasOwn(IMPORTED, name) ? new Set(IMPORTED[name]!.split(/\s+/)) : undefined;
    if (known !== undefined) {
      columns.push(
        ...own.filter((column) => !known.has(column)).map((column) => `${name}.${column}`),
      );
    } else if (Object.hasOwn(LEFT, name)) left.skip(name, LEFT[name]!, rows);
    else {
      unknown[name] = rows;
      left.skip(name, "this table is not known", rows);
    }
  }
  for (const column of columns) left.skip(column, "this column is not known");
  return { tables: unknown, columns };
}
