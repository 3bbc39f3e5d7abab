ALTER TABLE `discord_guilds` ADD `server_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `discord_guilds_server_id_unique` ON `discord_guilds` (`server_id`);