CREATE TABLE `audit_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`guild_id` text,
	`before` text,
	`after` text,
	`address` text NOT NULL,
	`agent` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_by_guild` ON `audit_log` (`guild_id`,`seq`);--> statement-breakpoint
CREATE TABLE `email_tokens` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`purpose` text NOT NULL,
	`email` text NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `email_tokens_by_user` ON `email_tokens` (`user_id`,`purpose`);--> statement-breakpoint
CREATE TABLE `_guard` (
	`holds` integer NOT NULL,
	CONSTRAINT "guard_holds" CHECK("_guard"."holds" = 1)
);
--> statement-breakpoint
CREATE TABLE `guilds` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`realm` text NOT NULL,
	`realm_key` text NOT NULL,
	`region` text NOT NULL,
	`faction` text NOT NULL,
	`owner_id` text NOT NULL,
	`plan` text NOT NULL,
	`status` text NOT NULL,
	`status_reason` text,
	`host` text NOT NULL,
	`database_name` text NOT NULL,
	`database_url` text,
	`generation` integer DEFAULT 1 NOT NULL,
	`schema_version` integer DEFAULT 0 NOT NULL,
	`schema_hash` text DEFAULT '' NOT NULL,
	`is_public` integer DEFAULT false NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`contact` text DEFAULT '' NOT NULL,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`raid_schedule` text,
	`discord_guild_id` text,
	`settings` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`plan`) REFERENCES `plans`(`name`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `guilds_slug_unique` ON `guilds` (`slug`);--> statement-breakpoint
CREATE UNIQUE INDEX `guilds_database_name_unique` ON `guilds` (`database_name`);--> statement-breakpoint
CREATE UNIQUE INDEX `guilds_by_realm` ON `guilds` (`name_key`,`realm_key`,`region`);--> statement-breakpoint
CREATE INDEX `guilds_by_owner` ON `guilds` (`owner_id`);--> statement-breakpoint
CREATE INDEX `guilds_by_status` ON `guilds` (`status`,`id`);--> statement-breakpoint
CREATE INDEX `guilds_by_schema` ON `guilds` (`schema_version`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`locked_until` integer NOT NULL,
	`status` integer,
	`headers` text,
	`body` text,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `key`)
);
--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`guild_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`email` text,
	`role` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`uses_max` integer NOT NULL,
	`uses` integer DEFAULT 0 NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`guild_id`) REFERENCES `guilds`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_token_hash_unique` ON `invitations` (`token_hash`);--> statement-breakpoint
CREATE INDEX `invitations_by_guild` ON `invitations` (`guild_id`);--> statement-breakpoint
CREATE TABLE `memberships` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`guild_id` text NOT NULL,
	`role` text NOT NULL,
	`overrides` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`guild_id`) REFERENCES `guilds`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `memberships_by_guild` ON `memberships` (`guild_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `memberships_by_user` ON `memberships` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `memberships_one_owner` ON `memberships` (`guild_id`) WHERE "memberships"."role" = 'owner';--> statement-breakpoint
CREATE TABLE `migration_outcomes` (
	`run_id` text NOT NULL,
	`guild_id` text NOT NULL,
	`status` text NOT NULL,
	`from_version` integer NOT NULL,
	`to_version` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`error` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`run_id`, `guild_id`),
	FOREIGN KEY (`run_id`) REFERENCES `migration_runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `migration_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`target_version` integer NOT NULL,
	`target_hash` text NOT NULL,
	`status` text NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`lease_until` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `migration_runs_one_running` ON `migration_runs` (`status`) WHERE "migration_runs"."status" = 'running';--> statement-breakpoint
CREATE TABLE `provisioning_steps` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`operation_id` text NOT NULL,
	`guild_id` text NOT NULL,
	`step` text NOT NULL,
	`state` text NOT NULL,
	`at` integer NOT NULL,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `steps_by_guild` ON `provisioning_steps` (`guild_id`,`seq`);--> statement-breakpoint
CREATE TABLE `provisioning_operations` (
	`id` text PRIMARY KEY NOT NULL,
	`guild_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`runner` text NOT NULL,
	`lease_until` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `operations_by_guild` ON `provisioning_operations` (`guild_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `operations_one_running` ON `provisioning_operations` (`guild_id`) WHERE "provisioning_operations"."status" = 'running';--> statement-breakpoint
CREATE TABLE `plans` (
	`name` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`guilds_per_account_max` integer,
	`members_max` integer,
	`retention_days` integer,
	`features` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rate_windows` (
	`subject` text PRIMARY KEY NOT NULL,
	`window_start` integer NOT NULL,
	`current` integer NOT NULL,
	`previous` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`proved_at` integer NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_hash_unique` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_by_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `slug_history` (
	`slug` text PRIMARY KEY NOT NULL,
	`guild_id` text NOT NULL,
	`held_until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text,
	`email_verified_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);