CREATE TABLE `ownership_proofs` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`user_id` text NOT NULL,
	`user_name` text NOT NULL,
	`game_character_id` text NOT NULL,
	`code_hash` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`seen_at` integer,
	`fault` text,
	`proved_at` integer,
	`ended_at` integer,
	FOREIGN KEY (`game_character_id`) REFERENCES `game_characters`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ownership_proofs_code_hash_unique` ON `ownership_proofs` (`code_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `ownership_proofs_open` ON `ownership_proofs` (`user_id`,`game_character_id`,`source`) WHERE "ownership_proofs"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `ownership_proofs_waiting` ON `ownership_proofs` (`expires_at`) WHERE "ownership_proofs"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `ownership_proofs_by_user` ON `ownership_proofs` (`user_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `ownership_proofs_by_character` ON `ownership_proofs` (`game_character_id`);