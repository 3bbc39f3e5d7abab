CREATE TABLE `copy_rounds` (
	`id` integer PRIMARY KEY NOT NULL,
	`started_at` integer NOT NULL,
	`after_guild` text NOT NULL,
	`complete_at` integer
);
--> statement-breakpoint
CREATE TABLE `guild_changes` (
	`guild_id` text PRIMARY KEY NOT NULL,
	`changes` integer DEFAULT 0 NOT NULL,
	`changed_at` integer,
	`copied` integer,
	`generation` integer,
	`revision` text,
	`compared_at` integer
);
--> statement-breakpoint
CREATE INDEX `backups_by_age` ON `backups` (`taken_at`) WHERE "backups"."reason" <> 'schedule' or "backups"."status" <> 'good';--> statement-breakpoint
CREATE INDEX `backups_by_verification` ON `backups` (`verified_at`) WHERE "backups"."status" = 'good';