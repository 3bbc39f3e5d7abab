CREATE TABLE `rollout_guilds` (
	`rollout_id` text NOT NULL,
	`guild_id` text NOT NULL,
	`wave` integer NOT NULL,
	`status` text NOT NULL,
	`from_version` integer NOT NULL,
	`to_version` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`duration_ms` real,
	`error` text,
	`cause` text,
	`snapshot` text,
	`at` integer,
	PRIMARY KEY(`rollout_id`, `guild_id`),
	FOREIGN KEY (`rollout_id`) REFERENCES `rollouts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `rollout_guilds_by_wave` ON `rollout_guilds` (`rollout_id`,`wave`,`status`,`guild_id`);--> statement-breakpoint
CREATE TABLE `rollouts` (
	`id` text PRIMARY KEY NOT NULL,
	`target_version` integer NOT NULL,
	`target_hash` text NOT NULL,
	`status` text NOT NULL,
	`waves` text NOT NULL,
	`options` text NOT NULL,
	`reason` text NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`halt_reason` text,
	`fence` integer NOT NULL,
	`lease_until` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `rollouts_one_running` ON `rollouts` (`status`) WHERE "rollouts"."status" = 'running';--> statement-breakpoint
CREATE INDEX `rollouts_by_start` ON `rollouts` (`started_at`);