CREATE TABLE `guild_figures` (
	`guild_id` text NOT NULL,
	`day` integer NOT NULL,
	`fights` integer NOT NULL,
	`kills` integer NOT NULL,
	`combat_ms` integer NOT NULL,
	`bosses` integer NOT NULL,
	`characters` integer NOT NULL,
	`persons` integer NOT NULL,
	`raids` integer NOT NULL,
	`ledger_entries` integer NOT NULL,
	`auctions` integer NOT NULL,
	`logs` integer NOT NULL,
	`database_bytes` integer NOT NULL,
	`log_bytes` integer NOT NULL,
	`last_activity_at` integer,
	`day_fights` integer NOT NULL,
	`day_kills` integer NOT NULL,
	`day_combat_ms` integer NOT NULL,
	`day_changes` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`guild_id`, `day`)
);
--> statement-breakpoint
CREATE INDEX `guild_figures_by_day` ON `guild_figures` (`day`);--> statement-breakpoint
CREATE TABLE `api_key_networks` (
	`key_id` text NOT NULL,
	`network` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	PRIMARY KEY(`key_id`, `network`),
	FOREIGN KEY (`key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `api_usage` (
	`hour` integer NOT NULL,
	`caller_type` text NOT NULL,
	`caller_id` text NOT NULL,
	`guild_id` text NOT NULL,
	`operation` text NOT NULL,
	`query_hash` text NOT NULL,
	`requests` integer NOT NULL,
	`failures` integer NOT NULL,
	`cache_hits` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`up_to_5` integer NOT NULL,
	`up_to_10` integer NOT NULL,
	`up_to_25` integer NOT NULL,
	`up_to_50` integer NOT NULL,
	`up_to_100` integer NOT NULL,
	`up_to_250` integer NOT NULL,
	`up_to_1000` integer NOT NULL,
	`slower` integer NOT NULL,
	PRIMARY KEY(`caller_type`, `caller_id`, `hour`, `guild_id`, `operation`, `query_hash`)
);
--> statement-breakpoint
CREATE INDEX `api_usage_by_guild` ON `api_usage` (`guild_id`,`hour`);--> statement-breakpoint
CREATE INDEX `api_usage_by_hour` ON `api_usage` (`hour`);--> statement-breakpoint
ALTER TABLE `memberships` ADD `role_by` text;--> statement-breakpoint
ALTER TABLE `memberships` ADD `role_at` integer;--> statement-breakpoint
ALTER TABLE `plans` ADD `requests_per_minute_max` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `reminded_at` integer;--> statement-breakpoint
CREATE INDEX `api_keys_by_successor` ON `api_keys` (`successor_id`) WHERE "api_keys"."successor_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `guilds_by_plan` ON `guilds` (`plan`);--> statement-breakpoint
CREATE INDEX `invitations_by_maker` ON `invitations` (`created_by`);--> statement-breakpoint
CREATE INDEX `slug_history_by_guild` ON `slug_history` (`guild_id`);--> statement-breakpoint
CREATE INDEX `spare_databases_by_guild` ON `spare_databases` (`guild_id`);--> statement-breakpoint
CREATE INDEX `rollout_guilds_by_guild` ON `rollout_guilds` (`guild_id`);
--> statement-breakpoint
UPDATE plans SET requests_per_minute_max = 3000 WHERE name = 'free';
--> statement-breakpoint
UPDATE plans SET features = json_insert(features, '$[#]', 'custom-domain')
WHERE name = 'premium' AND NOT EXISTS (SELECT 1 FROM json_each(features) WHERE value = 'custom-domain');
