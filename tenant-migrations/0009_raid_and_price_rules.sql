CREATE TABLE `auction_passes` (
	`auction_id` text NOT NULL,
	`person_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`auction_id`, `person_id`),
	FOREIGN KEY (`auction_id`) REFERENCES `auctions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `auction_passes_by_person` ON `auction_passes` (`person_id`);--> statement-breakpoint
CREATE TABLE `raid_team_members` (
	`team_id` text NOT NULL,
	`person_id` text NOT NULL,
	PRIMARY KEY(`team_id`, `person_id`),
	FOREIGN KEY (`team_id`) REFERENCES `raid_teams`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `raid_teams_by_person` ON `raid_team_members` (`person_id`);--> statement-breakpoint
CREATE TABLE `raid_teams` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`archived_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `raid_teams_name_key_unique` ON `raid_teams` (`name_key`);--> statement-breakpoint
ALTER TABLE `auctions` ADD `rules` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `balances` ADD `carry` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `decay_runs` ADD `terms` text;--> statement-breakpoint
ALTER TABLE `loot_councils` ADD `pool_id` text;--> statement-breakpoint
ALTER TABLE `loot_councils` ADD `slot` text;--> statement-breakpoint
ALTER TABLE `loot_councils` ADD `item_level` integer;--> statement-breakpoint
ALTER TABLE `loot_awards` ADD `slot` text;--> statement-breakpoint
ALTER TABLE `loot_awards` ADD `item_level` integer;--> statement-breakpoint
ALTER TABLE `raid_series` ADD `team_id` text;--> statement-breakpoint
ALTER TABLE `raid_series` ADD `begins_on` text;--> statement-breakpoint
ALTER TABLE `raid_series` ADD `ends_on` text;--> statement-breakpoint
ALTER TABLE `raids` ADD `counts` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `raids` ADD `team_id` text;--> statement-breakpoint
ALTER TABLE `raids` ADD `time_zone` text;--> statement-breakpoint
ALTER TABLE `persons` ADD `member_since` integer;--> statement-breakpoint
ALTER TABLE `persons` ADD `is_raider` integer DEFAULT true NOT NULL;