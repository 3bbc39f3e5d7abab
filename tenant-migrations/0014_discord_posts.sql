CREATE TABLE `discord_posts` (
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`channel_id` text NOT NULL,
	`message_id` text,
	`shown` text DEFAULT '' NOT NULL,
	`edits` integer DEFAULT 0 NOT NULL,
	`at` integer NOT NULL,
	`done_at` integer,
	PRIMARY KEY(`kind`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `discord_posts_by_time` ON `discord_posts` (`at`);--> statement-breakpoint
CREATE INDEX `discord_posts_open` ON `discord_posts` (`done_at`,`at`);