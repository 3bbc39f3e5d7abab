CREATE TABLE `guild_transfers` (
	`id` text PRIMARY KEY NOT NULL,
	`from_guild` text NOT NULL,
	`to_guild` text NOT NULL,
	`state` text NOT NULL,
	`fights` text NOT NULL,
	`reverts` text,
	`started_by` text NOT NULL,
	`error` text,
	`runner` text NOT NULL,
	`fence` integer NOT NULL,
	`lease_until` integer NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `guild_transfers_by_state` ON `guild_transfers` (`state`);--> statement-breakpoint
CREATE INDEX `guild_transfers_by_time` ON `guild_transfers` (`created_at`);