CREATE TABLE `audit_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`before` text,
	`after` text,
	`request_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `_guard` (
	`holds` integer NOT NULL,
	CONSTRAINT "guard_holds" CHECK("_guard"."holds" = 1)
);
--> statement-breakpoint
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
CREATE TABLE `_meta` (
	`id` integer PRIMARY KEY NOT NULL,
	`guild_id` text NOT NULL,
	`generation` integer NOT NULL,
	`schema_version` integer NOT NULL,
	`schema_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT "meta_one_row" CHECK("_meta"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`pool_id` text NOT NULL,
	`kind` text NOT NULL,
	`person_id` text,
	FOREIGN KEY (`pool_id`) REFERENCES `pools`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_by_person` ON `accounts` (`pool_id`,`person_id`) WHERE "accounts"."kind" = 'person';--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_by_kind` ON `accounts` (`pool_id`,`kind`) WHERE "accounts"."kind" <> 'person';--> statement-breakpoint
CREATE TABLE `balances` (
	`account_id` text NOT NULL,
	`unit` text NOT NULL,
	`balance` integer NOT NULL,
	`earned` integer NOT NULL,
	`spent` integer NOT NULL,
	PRIMARY KEY(`account_id`, `unit`),
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `ledger_postings` (
	`tx_id` text NOT NULL,
	`line` integer NOT NULL,
	`account_id` text NOT NULL,
	`amount` integer NOT NULL,
	`unit` text NOT NULL,
	PRIMARY KEY(`tx_id`, `line`),
	FOREIGN KEY (`tx_id`) REFERENCES `ledger_tx`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `postings_by_account` ON `ledger_postings` (`account_id`,`tx_id`);--> statement-breakpoint
CREATE TABLE `ledger_tx` (
	`id` text PRIMARY KEY NOT NULL,
	`pool_id` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`effective_at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text NOT NULL,
	`reason` text NOT NULL,
	`raid_id` text,
	`loot_id` text,
	`import_batch` text,
	`reverses_id` text,
	FOREIGN KEY (`pool_id`) REFERENCES `pools`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_tx_idempotency_key_unique` ON `ledger_tx` (`idempotency_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_tx_reverses_id_unique` ON `ledger_tx` (`reverses_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_tx_by_seq` ON `ledger_tx` (`pool_id`,`seq`);--> statement-breakpoint
CREATE TABLE `pools` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`decimals` integer NOT NULL,
	`rules` text NOT NULL,
	`rules_version` integer DEFAULT 1 NOT NULL,
	`is_default` integer DEFAULT false NOT NULL,
	`is_example` integer DEFAULT false NOT NULL,
	`archived_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pools_name_unique` ON `pools` (`name`);--> statement-breakpoint
CREATE TABLE `characters` (
	`id` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`realm` text DEFAULT '' NOT NULL,
	`realm_key` text DEFAULT '' NOT NULL,
	`class` text NOT NULL,
	`spec` text DEFAULT '' NOT NULL,
	`role` text,
	`is_main` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `characters_by_name` ON `characters` (`name_key`,`realm_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `characters_one_main` ON `characters` (`person_id`) WHERE "characters"."is_main" = 1;--> statement-breakpoint
CREATE INDEX `characters_by_person` ON `characters` (`person_id`);--> statement-breakpoint
CREATE TABLE `persons` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`user_id` text,
	`status` text DEFAULT 'active' NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`officer_note` text DEFAULT '' NOT NULL,
	`is_example` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `persons_user_id_unique` ON `persons` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `persons_by_name` ON `persons` (`name_key`);--> statement-breakpoint
CREATE INDEX `persons_by_status` ON `persons` (`status`);