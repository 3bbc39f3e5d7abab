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
ALTER TABLE `guilds` ADD `deleted_from` text;--> statement-breakpoint
ALTER TABLE `guilds` ADD `purge_after` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `started_at` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `progress` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `cancelled_at` integer;