CREATE TABLE `encounter_players` (
	`encounter_id` text NOT NULL,
	`guid` text NOT NULL,
	`name` text NOT NULL,
	`class` text,
	`spec` text,
	`item_level` real,
	`damage` integer NOT NULL,
	`damage_own` integer NOT NULL,
	`damage_pets` integer NOT NULL,
	`overkill` integer NOT NULL,
	`absorbed_by_target` integer NOT NULL,
	`friendly_fire` integer NOT NULL,
	`support_damage` integer NOT NULL,
	`healing` integer NOT NULL,
	`overhealing` integer NOT NULL,
	`absorbs_granted` integer NOT NULL,
	`damage_taken` integer NOT NULL,
	`deaths` integer NOT NULL,
	`active_ms` integer NOT NULL,
	`casts` integer NOT NULL,
	`interrupts` integer NOT NULL,
	`dispels` integer NOT NULL,
	`details` text NOT NULL,
	PRIMARY KEY(`encounter_id`, `guid`),
	FOREIGN KEY (`encounter_id`) REFERENCES `encounters`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `encounter_players_by_player` ON `encounter_players` (`guid`,`encounter_id`);--> statement-breakpoint
CREATE TABLE `encounters` (
	`id` text PRIMARY KEY NOT NULL,
	`report_id` text NOT NULL,
	`kind` text NOT NULL,
	`game_id` integer NOT NULL,
	`name` text NOT NULL,
	`difficulty` integer NOT NULL,
	`size` integer,
	`start_at` integer NOT NULL,
	`end_at` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`game_ms` integer,
	`outcome` text NOT NULL,
	`boss_percent` real,
	`unattributed_damage` integer NOT NULL,
	`death_count` integer NOT NULL,
	`player_count` integer NOT NULL,
	`keystone` integer,
	`start_byte` integer NOT NULL,
	`end_byte` integer NOT NULL,
	`same_as` text,
	`details` text NOT NULL,
	FOREIGN KEY (`report_id`) REFERENCES `log_reports`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `encounters_by_place` ON `encounters` (`report_id`,`start_byte`);--> statement-breakpoint
CREATE INDEX `encounters_by_boss` ON `encounters` (`game_id`,`difficulty`,`start_at`);--> statement-breakpoint
CREATE INDEX `encounters_by_time` ON `encounters` (`start_at`);--> statement-breakpoint
CREATE INDEX `encounters_by_twin` ON `encounters` (`same_as`);--> statement-breakpoint
CREATE TABLE `keystones` (
	`report_id` text NOT NULL,
	`number` integer NOT NULL,
	`name` text NOT NULL,
	`map_id` integer,
	`level` integer NOT NULL,
	`affixes` text NOT NULL,
	`start_at` integer NOT NULL,
	`end_at` integer,
	`success` integer,
	`game_ms` integer,
	PRIMARY KEY(`report_id`, `number`),
	FOREIGN KEY (`report_id`) REFERENCES `log_reports`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `log_reports` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`file_name` text NOT NULL,
	`source` text NOT NULL,
	`state` text NOT NULL,
	`uploader_id` text,
	`uploader_name` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text,
	`duplicate_of` text,
	`time_zone` text NOT NULL,
	`year` integer,
	`error` text,
	`parser_version` integer,
	`parsed_bytes` integer DEFAULT 0 NOT NULL,
	`stored_bytes` integer DEFAULT 0 NOT NULL,
	`lines` integer,
	`parsed` integer,
	`unknown` integer,
	`bad` integer,
	`log_version` integer,
	`advanced` integer,
	`unknown_events` text,
	`start_at` integer,
	`end_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `log_reports_by_time` ON `log_reports` (`created_at`);--> statement-breakpoint
CREATE INDEX `log_reports_by_hash` ON `log_reports` (`sha256`);--> statement-breakpoint
CREATE INDEX `log_reports_unfinished` ON `log_reports` (`state`) WHERE "log_reports"."state" IN ('waiting', 'parsing');