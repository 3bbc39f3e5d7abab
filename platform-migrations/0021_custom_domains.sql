ALTER TABLE `sessions` ADD `guild_id` text;--> statement-breakpoint
CREATE INDEX `sessions_by_guild` ON `sessions` (`guild_id`) WHERE "sessions"."guild_id" is not null;--> statement-breakpoint
ALTER TABLE `guild_domains` ADD `missing_since` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `guild_domains_one_per_guild` ON `guild_domains` (`guild_id`);