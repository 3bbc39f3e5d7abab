CREATE TABLE `audit_checkpoints` (
	`seq` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_seals` (
	`seq` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `secrets` (
	`kind` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`account` text,
	`sealed` text NOT NULL,
	`key_id` text NOT NULL,
	`hint` text NOT NULL,
	`set_at` integer NOT NULL,
	`set_by` text NOT NULL,
	`set_by_name` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `secrets_by_key` ON `secrets` (`key_id`);--> statement-breakpoint
ALTER TABLE `audit_log` ADD `address` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `agent` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_by_time` ON `audit_log` (`at`,`seq`);