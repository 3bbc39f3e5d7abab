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
CREATE TABLE `operators` (
	`user_id` text PRIMARY KEY NOT NULL,
	`areas` text NOT NULL,
	`added_by` text NOT NULL,
	`added_at` integer NOT NULL
);
--> statement-breakpoint
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
ALTER TABLE `guilds` ADD `deleted_from` text;--> statement-breakpoint
ALTER TABLE `guilds` ADD `purge_after` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `started_at` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `progress` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `cancelled_at` integer;--> statement-breakpoint
CREATE INDEX `audit_by_guild_and_time` ON `audit_log` (`guild_id`,`at`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_by_time` ON `audit_log` (`at`);