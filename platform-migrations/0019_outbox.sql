CREATE TABLE `discord_guilds` (
	`guild_id` text PRIMARY KEY NOT NULL,
	`feed_seq` integer DEFAULT 0 NOT NULL,
	`rested_at` integer,
	`rest_reason` text,
	`commands_hash` text,
	`connected_by` text,
	`connected_at` integer
);
--> statement-breakpoint
ALTER TABLE `outgoing_messages` ADD `guild_id` text;--> statement-breakpoint
ALTER TABLE `outgoing_messages` ADD `sent_at` integer;--> statement-breakpoint
ALTER TABLE `outgoing_messages` ADD `receipt` text;--> statement-breakpoint
ALTER TABLE `outgoing_messages` ADD `dead_at` integer;--> statement-breakpoint
ALTER TABLE `outgoing_messages` ADD `dead_reason` text;--> statement-breakpoint
CREATE INDEX `outgoing_messages_dead` ON `outgoing_messages` (`dead_at`);