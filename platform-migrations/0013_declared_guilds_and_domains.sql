CREATE TABLE `declared_guilds` (
	`guild_id` text PRIMARY KEY NOT NULL,
	`file` text NOT NULL,
	`document` text NOT NULL,
	`applied_by` text NOT NULL,
	`applied_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `declared_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`plan_hash` text NOT NULL,
	`status` text NOT NULL,
	`runner` text NOT NULL,
	`lease_until` integer NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `declared_runs_one_running` ON `declared_runs` (`status`) WHERE "declared_runs"."status" = 'running';--> statement-breakpoint
CREATE INDEX `declared_runs_by_plan` ON `declared_runs` (`plan_hash`);--> statement-breakpoint
CREATE TABLE `guild_domains` (
	`guild_id` text NOT NULL,
	`domain` text NOT NULL,
	`status` text NOT NULL,
	`challenge` text NOT NULL,
	`created_at` integer NOT NULL,
	`proved_at` integer,
	`checked_at` integer,
	PRIMARY KEY(`guild_id`, `domain`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `guild_domains_one_active` ON `guild_domains` (`domain`) WHERE "guild_domains"."status" = 'active';--> statement-breakpoint
CREATE INDEX `guild_domains_by_check` ON `guild_domains` (`status`,`checked_at`);--> statement-breakpoint
ALTER TABLE `guilds` ADD `is_protected` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `guilds` ADD `is_declared` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `guilds` ADD `own_limits` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `plans` ADD `database_bytes_max` integer;--> statement-breakpoint
UPDATE plans SET database_bytes_max = 524288000 WHERE name = 'free';
--> statement-breakpoint
UPDATE plans SET database_bytes_max = 21474836480 WHERE name = 'premium';
