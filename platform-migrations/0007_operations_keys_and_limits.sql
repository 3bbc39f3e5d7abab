CREATE TABLE `audit_checkpoints` (
	`seq` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_seals` (
	`seq` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_heads` (
	`guild_id` text NOT NULL,
	`day` integer NOT NULL,
	`generation` integer NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`guild_id`, `day`, `generation`)
);
--> statement-breakpoint
CREATE INDEX `audit_heads_by_day` ON `audit_heads` (`day`);--> statement-breakpoint
CREATE TABLE `backups` (
	`id` text PRIMARY KEY NOT NULL,
	`guild_id` text,
	`reason` text NOT NULL,
	`status` text NOT NULL,
	`taken_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`object_key` text,
	`bytes` integer,
	`stored_bytes` integer,
	`generation` integer,
	`schema_version` integer,
	`rows` text,
	`verified_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `backups_by_guild` ON `backups` (`guild_id`,`taken_at`);--> statement-breakpoint
CREATE INDEX `backups_by_object` ON `backups` (`object_key`);--> statement-breakpoint
CREATE TABLE `spare_databases` (
	`name` text PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`guild_id` text NOT NULL,
	`why` text NOT NULL,
	`remove_after` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `spare_databases_by_time` ON `spare_databases` (`remove_after`);--> statement-breakpoint
CREATE TABLE `app_config` (
	`key` text PRIMARY KEY NOT NULL,
	`category` text NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `response_cache` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`body` text NOT NULL,
	`stored_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`stale_until` integer NOT NULL,
	PRIMARY KEY(`scope`, `key`)
);
--> statement-breakpoint
CREATE INDEX `response_cache_by_end` ON `response_cache` (`stale_until`);--> statement-breakpoint
CREATE TABLE `response_cache_tags` (
	`tag` text NOT NULL,
	`scope` text NOT NULL,
	`key` text NOT NULL,
	PRIMARY KEY(`tag`, `scope`, `key`),
	FOREIGN KEY (`scope`,`key`) REFERENCES `response_cache`(`scope`,`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `response_cache_tags_by_key` ON `response_cache_tags` (`scope`,`key`);--> statement-breakpoint
CREATE TABLE `job_runs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`guild_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`outcome` text NOT NULL,
	`attempt` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer NOT NULL,
	`runner` text NOT NULL,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `job_runs_by_end` ON `job_runs` (`finished_at`);--> statement-breakpoint
CREATE INDEX `job_runs_by_guild` ON `job_runs` (`guild_id`,`seq`);--> statement-breakpoint
CREATE TABLE `identities` (
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`linked_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `subject`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `identities_one_of_a_provider` ON `identities` (`user_id`,`provider`);--> statement-breakpoint
CREATE TABLE `used_rounds` (
	`state_hash` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `used_rounds_by_end` ON `used_rounds` (`expires_at`);--> statement-breakpoint
CREATE TABLE `guild_performance` (
	`guild_id` text NOT NULL,
	`hour` integer NOT NULL,
	`queries` integer NOT NULL,
	`failures` integer NOT NULL,
	`slow` integer NOT NULL,
	`total_ms` real NOT NULL,
	`slowest_ms` real NOT NULL,
	`slowest_sql` text NOT NULL,
	`hits` integer NOT NULL,
	`misses` integer NOT NULL,
	PRIMARY KEY(`guild_id`, `hour`),
	FOREIGN KEY (`guild_id`) REFERENCES `guilds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `guild_performance_by_hour` ON `guild_performance` (`hour`);--> statement-breakpoint
CREATE TABLE `guild_moves` (
	`guild_id` text PRIMARY KEY NOT NULL,
	`database_name` text NOT NULL,
	`from_host` text NOT NULL,
	`to_host` text NOT NULL,
	`status` text NOT NULL,
	`runner` text NOT NULL,
	`fence` integer NOT NULL,
	`lease_until` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE TABLE `impersonation_guilds` (
	`impersonation_id` text NOT NULL,
	`guild_id` text NOT NULL,
	PRIMARY KEY(`impersonation_id`, `guild_id`)
);
--> statement-breakpoint
CREATE TABLE `impersonations` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`operator_session_id` text NOT NULL,
	`operator_id` text NOT NULL,
	`user_id` text NOT NULL,
	`reason` text NOT NULL,
	`started_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `impersonations_session_id_unique` ON `impersonations` (`session_id`);--> statement-breakpoint
CREATE INDEX `impersonations_by_start` ON `impersonations` (`started_at`);--> statement-breakpoint
CREATE TABLE `operators` (
	`user_id` text PRIMARY KEY NOT NULL,
	`areas` text NOT NULL,
	`added_by` text NOT NULL,
	`added_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `user_secrets` (
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`account` text,
	`sealed` text NOT NULL,
	`key_id` text NOT NULL,
	`hint` text NOT NULL,
	`set_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `kind`)
);
--> statement-breakpoint
CREATE INDEX `user_secrets_by_key` ON `user_secrets` (`key_id`);--> statement-breakpoint
CREATE TABLE `payment_events` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`guild_id` text,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`guild_id` text NOT NULL,
	`source` text NOT NULL,
	`plan` text NOT NULL,
	`status` text NOT NULL,
	`until` integer,
	`reason` text DEFAULT '' NOT NULL,
	`customer` text,
	`reference` text,
	`as_of` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`guild_id`, `source`)
);
--> statement-breakpoint
CREATE INDEX `subscriptions_by_end` ON `subscriptions` (`status`,`until`);--> statement-breakpoint
CREATE TABLE `rate_slots` (
	`subject` text NOT NULL,
	`slot` integer NOT NULL,
	`uses` integer NOT NULL,
	`left` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`subject`, `slot`)
);
--> statement-breakpoint
CREATE INDEX `rate_slots_by_end` ON `rate_slots` (`expires_at`);--> statement-breakpoint
ALTER TABLE `guilds` ADD `plan_since` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `guilds` ADD `deleted_from` text;--> statement-breakpoint
ALTER TABLE `guilds` ADD `purge_after` integer;--> statement-breakpoint
ALTER TABLE `plans` ADD `keys_max` integer;--> statement-breakpoint
ALTER TABLE `plans` ADD `events_per_minute_max` integer;--> statement-breakpoint
ALTER TABLE `plans` ADD `connections_max` integer;--> statement-breakpoint
ALTER TABLE `plans` ADD `log_bytes_max` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `started_at` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `progress` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `cancelled_at` integer;--> statement-breakpoint
CREATE INDEX `audit_by_guild_and_time` ON `audit_log` (`guild_id`,`at`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_by_time` ON `audit_log` (`at`);