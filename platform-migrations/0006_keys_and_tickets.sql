CREATE TABLE `api_key_usage` (
	`key_id` text NOT NULL,
	`day` integer NOT NULL,
	`endpoint` text NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`key_id`, `day`, `endpoint`),
	FOREIGN KEY (`key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `api_key_usage_by_day` ON `api_key_usage` (`day`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`guild_id` text NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`events_per_minute_max` integer NOT NULL,
	`connections_max` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE INDEX `api_keys_by_guild` ON `api_keys` (`guild_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `live_tickets` (
	`ticket_hash` text PRIMARY KEY NOT NULL,
	`guild_id` text NOT NULL,
	`session_id` text NOT NULL,
	`expires_at` integer NOT NULL
);
