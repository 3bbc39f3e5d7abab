CREATE TABLE `log_characters` (
	`guid` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`realm` text NOT NULL,
	`region` text NOT NULL,
	`class` text,
	`spec` text NOT NULL,
	`is_archived` integer NOT NULL,
	`first_seen_at` integer,
	`last_seen_at` integer,
	`import_batch` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `log_characters_by_batch` ON `log_characters` (`import_batch`);--> statement-breakpoint
CREATE TABLE `moved_fights` (
	`encounter_id` text PRIMARY KEY NOT NULL,
	`transfer_id` text NOT NULL,
	`report_id` text NOT NULL,
	`start_byte` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `moved_fights_by_transfer` ON `moved_fights` (`transfer_id`);--> statement-breakpoint
CREATE INDEX `moved_fights_by_place` ON `moved_fights` (`report_id`,`start_byte`);--> statement-breakpoint
CREATE TABLE `transfer_rows` (
	`transfer_id` text NOT NULL,
	`position` integer NOT NULL,
	`kind` text NOT NULL,
	`row` text NOT NULL,
	PRIMARY KEY(`transfer_id`, `position`)
);
--> statement-breakpoint
ALTER TABLE `log_reports` ADD `import_batch` text;--> statement-breakpoint
CREATE INDEX `log_reports_by_batch` ON `log_reports` (`import_batch`) WHERE "log_reports"."import_batch" IS NOT NULL;