CREATE TABLE `discord_members` (
	`id` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`display_name` text,
	`nick` text,
	`is_bot` integer NOT NULL,
	`role_ids` text NOT NULL,
	`joined_at` integer,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`left_at` integer
);
--> statement-breakpoint
CREATE TABLE `discord_roles` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`is_managed` integer NOT NULL,
	`removed_at` integer
);
--> statement-breakpoint
CREATE TABLE `game_characters` (
	`id` text PRIMARY KEY NOT NULL,
	`edition` text NOT NULL,
	`region` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`realm` text DEFAULT '' NOT NULL,
	`realm_key` text DEFAULT '' NOT NULL,
	`blizzard_id` integer,
	`guid` text,
	`class` text,
	`level` integer,
	`rank` integer,
	`rank_name` text,
	`public_note` text,
	`officer_note` text,
	`alt_group` text,
	`is_main` integer DEFAULT false NOT NULL,
	`joined_at` integer,
	`last_login_at` integer,
	`item_level` real,
	`spec` text,
	`profile_at` integer,
	`character_id` text,
	`has_own_roster_row` integer DEFAULT false NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`removed_at` integer,
	FOREIGN KEY (`character_id`) REFERENCES `characters`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `game_characters_by_blizzard_id` ON `game_characters` (`edition`,`region`,`blizzard_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `game_characters_by_guid` ON `game_characters` (`edition`,`region`,`guid`);--> statement-breakpoint
CREATE UNIQUE INDEX `game_characters_of_roster` ON `game_characters` (`character_id`);--> statement-breakpoint
CREATE INDEX `game_characters_by_name` ON `game_characters` (`edition`,`region`,`realm_key`,`name_key`);--> statement-breakpoint
CREATE INDEX `game_characters_by_profile` ON `game_characters` (`removed_at`,`profile_at`);--> statement-breakpoint
CREATE TABLE `identity_changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`source` text NOT NULL,
	`kind` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject` text NOT NULL,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `identity_changes_by_time` ON `identity_changes` (`at`,`seq`);--> statement-breakpoint
CREATE INDEX `identity_changes_by_subject` ON `identity_changes` (`subject`,`seq`);--> statement-breakpoint
CREATE TABLE `identity_links` (
	`id` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`source` text NOT NULL,
	`confidence` text NOT NULL,
	`evidence` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`confirmed_at` integer,
	`confirmed_by` text,
	`ended_at` integer,
	`ended_by` text,
	`end_reason` text,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `identity_links_of_subject` ON `identity_links` (`kind`,`subject`) WHERE "identity_links"."ended_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX `identity_links_one_discord` ON `identity_links` (`person_id`) WHERE "identity_links"."ended_at" is null and "identity_links"."kind" = 'discord';--> statement-breakpoint
CREATE INDEX `identity_links_by_person` ON `identity_links` (`person_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `identity_links_by_subject` ON `identity_links` (`subject`,`created_at`);--> statement-breakpoint
CREATE TABLE `identity_proofs` (
	`code` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`proved_at` integer,
	`game_character_id` text,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `identity_proofs_by_person` ON `identity_proofs` (`person_id`);--> statement-breakpoint
CREATE TABLE `identity_sources` (
	`kind` text PRIMARY KEY NOT NULL,
	`last_try_at` integer,
	`last_good_at` integer,
	`last_change_at` integer,
	`next_at` integer,
	`error` text,
	`quarantined_at` integer,
	`hash` text,
	`rows` integer
);
--> statement-breakpoint
CREATE TABLE `integrity_issues` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`severity` text NOT NULL,
	`subject` text NOT NULL,
	`details` text NOT NULL,
	`fingerprint` text NOT NULL,
	`first_detected_at` integer NOT NULL,
	`last_detected_at` integer NOT NULL,
	`notified_at` integer,
	`acknowledged_at` integer,
	`acknowledged_by` text,
	`snoozed_until` integer,
	`resolved_at` integer,
	`resolved_by` text,
	`end_notified_at` integer,
	`note` text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `integrity_issues_open` ON `integrity_issues` (`fingerprint`) WHERE "integrity_issues"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX `integrity_issues_by_state` ON `integrity_issues` (`resolved_at`,`first_detected_at`);--> statement-breakpoint
CREATE TABLE `link_suggestions` (
	`game_character_id` text NOT NULL,
	`discord_id` text NOT NULL,
	`similarity` real NOT NULL,
	`evidence` text NOT NULL,
	`suggested_at` integer NOT NULL,
	`rejected_at` integer,
	`rejected_by` text,
	PRIMARY KEY(`game_character_id`, `discord_id`),
	FOREIGN KEY (`game_character_id`) REFERENCES `game_characters`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`discord_id`) REFERENCES `discord_members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `sync_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`requested_by` text NOT NULL,
	`queued_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`counts` text NOT NULL,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `sync_runs_by_time` ON `sync_runs` (`queued_at`);
