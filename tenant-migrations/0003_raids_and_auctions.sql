CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`topic` text NOT NULL,
	`data` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `auctions` (
	`id` text PRIMARY KEY NOT NULL,
	`pool_id` text NOT NULL,
	`item_name` text NOT NULL,
	`item_id` integer,
	`boss` text DEFAULT '' NOT NULL,
	`raid_id` text,
	`note` text DEFAULT '' NOT NULL,
	`mode` text NOT NULL,
	`status` text DEFAULT 'open' NOT NULL,
	`copies` integer NOT NULL,
	`minimum` integer NOT NULL,
	`maximum` integer,
	`increments` text NOT NULL,
	`tie_break` text NOT NULL,
	`allows_off_spec` integer NOT NULL,
	`allows_all_in` integer NOT NULL,
	`classes` text,
	`roles` text,
	`opens_at` integer NOT NULL,
	`closes_at` integer NOT NULL,
	`original_closes_at` integer NOT NULL,
	`snipe_ms` integer NOT NULL,
	`extensions` integer DEFAULT 0 NOT NULL,
	`extensions_max` integer NOT NULL,
	`overtime_ms_max` integer NOT NULL,
	`seed_hash` text NOT NULL,
	`seed` text NOT NULL,
	`settled_at` integer,
	`void_reason` text,
	`reopens` text,
	`idempotency_key` text NOT NULL,
	FOREIGN KEY (`pool_id`) REFERENCES `pools`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auctions_reopens_unique` ON `auctions` (`reopens`);--> statement-breakpoint
CREATE UNIQUE INDEX `auctions_idempotency_key_unique` ON `auctions` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `auctions_by_status` ON `auctions` (`status`,`closes_at`);--> statement-breakpoint
CREATE INDEX `auctions_by_opening` ON `auctions` (`opens_at`,`id`);--> statement-breakpoint
CREATE TABLE `bids` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`auction_id` text NOT NULL,
	`person_id` text NOT NULL,
	`value` integer NOT NULL,
	`spec` text NOT NULL,
	`state` text DEFAULT 'live' NOT NULL,
	`rolls` text,
	`at` integer NOT NULL,
	`idempotency_key` text NOT NULL,
	FOREIGN KEY (`auction_id`) REFERENCES `auctions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `bids_id_unique` ON `bids` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `bids_idempotency_key_unique` ON `bids` (`idempotency_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `bids_one_live` ON `bids` (`auction_id`,`person_id`) WHERE "bids"."state" = 'live';--> statement-breakpoint
CREATE INDEX `bids_by_auction` ON `bids` (`auction_id`,`seq`);--> statement-breakpoint
CREATE TABLE `holds` (
	`auction_id` text NOT NULL,
	`person_id` text NOT NULL,
	`pool_id` text NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`auction_id`, `person_id`),
	FOREIGN KEY (`auction_id`) REFERENCES `auctions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `holds_by_person` ON `holds` (`person_id`,`pool_id`);--> statement-breakpoint
CREATE TABLE `live_fights` (
	`report_id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`fight` text,
	FOREIGN KEY (`report_id`) REFERENCES `log_reports`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `decay_runs` (
	`pool_id` text NOT NULL,
	`period` text NOT NULL,
	`at` integer NOT NULL,
	`percent` integer NOT NULL,
	`tx_id` text,
	PRIMARY KEY(`pool_id`, `period`),
	FOREIGN KEY (`pool_id`) REFERENCES `pools`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `pool_rules` (
	`pool_id` text NOT NULL,
	`version` integer NOT NULL,
	`rules` text NOT NULL,
	`at` integer NOT NULL,
	`actor_name` text NOT NULL,
	PRIMARY KEY(`pool_id`, `version`),
	FOREIGN KEY (`pool_id`) REFERENCES `pools`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `council_responses` (
	`council_id` text NOT NULL,
	`person_id` text NOT NULL,
	`response` text NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`council_id`, `person_id`),
	FOREIGN KEY (`council_id`) REFERENCES `loot_councils`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `council_votes` (
	`council_id` text NOT NULL,
	`voter_id` text NOT NULL,
	`person_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`council_id`, `voter_id`),
	FOREIGN KEY (`council_id`) REFERENCES `loot_councils`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`voter_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `loot_councils` (
	`id` text PRIMARY KEY NOT NULL,
	`item_name` text NOT NULL,
	`item_key` text NOT NULL,
	`boss` text DEFAULT '' NOT NULL,
	`raid_id` text,
	`note` text DEFAULT '' NOT NULL,
	`status` text DEFAULT 'open' NOT NULL,
	`loot_id` text,
	`opened_at` integer NOT NULL,
	`decided_at` integer,
	FOREIGN KEY (`loot_id`) REFERENCES `loot_awards`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `councils_by_time` ON `loot_councils` (`opened_at`,`id`);--> statement-breakpoint
CREATE TABLE `loot_awards` (
	`id` text PRIMARY KEY NOT NULL,
	`item_name` text NOT NULL,
	`item_key` text NOT NULL,
	`item_id` integer,
	`fate` text NOT NULL,
	`person_id` text,
	`spec` text,
	`pool_id` text,
	`price` integer NOT NULL,
	`tx_id` text,
	`source` text NOT NULL,
	`auction_id` text,
	`raid_id` text,
	`boss` text DEFAULT '' NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`idempotency_key` text NOT NULL,
	`at` integer NOT NULL,
	`reverted_at` integer,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `loot_awards_idempotency_key_unique` ON `loot_awards` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `loot_by_time` ON `loot_awards` (`at`,`id`);--> statement-breakpoint
CREATE INDEX `loot_by_person` ON `loot_awards` (`person_id`,`at`);--> statement-breakpoint
CREATE INDEX `loot_by_item` ON `loot_awards` (`item_key`,`at`);--> statement-breakpoint
CREATE INDEX `loot_by_auction` ON `loot_awards` (`auction_id`) WHERE "loot_awards"."auction_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `loot_by_raid` ON `loot_awards` (`raid_id`) WHERE "loot_awards"."raid_id" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `loot_wishes` (
	`person_id` text NOT NULL,
	`item_key` text NOT NULL,
	`item_name` text NOT NULL,
	`rank` integer NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `wishes_one_each` ON `loot_wishes` (`person_id`,`item_key`);--> statement-breakpoint
CREATE INDEX `wishes_by_item` ON `loot_wishes` (`item_key`);--> statement-breakpoint
CREATE TABLE `raid_attendance` (
	`raid_id` text NOT NULL,
	`person_id` text NOT NULL,
	`presence` text NOT NULL,
	`credit_pct` integer NOT NULL,
	`remark` text,
	`is_exempt` integer DEFAULT false NOT NULL,
	`joined_at` integer,
	`left_at` integer,
	PRIMARY KEY(`raid_id`, `person_id`),
	FOREIGN KEY (`raid_id`) REFERENCES `raids`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attendance_by_person` ON `raid_attendance` (`person_id`,`raid_id`);--> statement-breakpoint
CREATE TABLE `raid_series` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`weekdays` text NOT NULL,
	`starts_at` text NOT NULL,
	`minutes` integer NOT NULL,
	`pool_id` text NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`ended_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `raids` (
	`id` text PRIMARY KEY NOT NULL,
	`series_id` text,
	`local_date` text,
	`name` text NOT NULL,
	`pool_id` text NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`status` text DEFAULT 'planned' NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`note` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`series_id`) REFERENCES `raid_series`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `raids_by_start` ON `raids` (`starts_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `raids_of_series` ON `raids` (`series_id`,`local_date`) WHERE "raids"."series_id" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `raid_signups` (
	`raid_id` text NOT NULL,
	`person_id` text NOT NULL,
	`status` text NOT NULL,
	`role` text,
	`note` text DEFAULT '' NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`raid_id`, `person_id`),
	FOREIGN KEY (`raid_id`) REFERENCES `raids`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
DROP INDEX `encounters_by_boss`;--> statement-breakpoint
CREATE INDEX `encounters_by_boss` ON `encounters` (`game_id`,`difficulty`,`start_at`,`id`);--> statement-breakpoint
DROP INDEX `log_reports_by_time`;--> statement-breakpoint
CREATE INDEX `log_reports_by_time` ON `log_reports` (`created_at`,`id`);