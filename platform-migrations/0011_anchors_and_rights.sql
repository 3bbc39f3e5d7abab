CREATE TABLE `former_members` (
	`guild_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`overrides` text NOT NULL,
	`denied_by` text NOT NULL,
	`left_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`guild_id`, `user_id`)
);
--> statement-breakpoint
CREATE TABLE `audit_anchors` (
	`log` text NOT NULL,
	`generation` integer NOT NULL,
	`kind` text NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL,
	`key_id` text NOT NULL,
	`signature` text NOT NULL,
	PRIMARY KEY(`log`, `generation`, `kind`, `seq`, `at`, `key_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_anchors_one_newest` ON `audit_anchors` (`log`,`generation`) WHERE "audit_anchors"."kind" = 'newest';--> statement-breakpoint
CREATE INDEX `audit_anchors_by_time` ON `audit_anchors` (`kind`,`at`);--> statement-breakpoint
CREATE TABLE `outgoing_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`template` text NOT NULL,
	`user_id` text,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `outgoing_messages_by_user` ON `outgoing_messages` (`user_id`,`template`);--> statement-breakpoint
CREATE TABLE `sign_in_places` (
	`user_id` text NOT NULL,
	`place_hash` text NOT NULL,
	`last_used_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `place_hash`)
);
--> statement-breakpoint
CREATE TABLE `database_faults` (
	`guild_id` text NOT NULL,
	`code` text NOT NULL,
	`generation` integer NOT NULL,
	`cause` text NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`guild_id`, `code`)
);
--> statement-breakpoint
CREATE TABLE `platform_clock` (
	`id` integer PRIMARY KEY NOT NULL,
	`newest_at` integer NOT NULL,
	`state` text NOT NULL,
	`shown_at` integer NOT NULL,
	`confirmations` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE `memberships` ADD `denied_by` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `rollouts` ADD `holder` text;--> statement-breakpoint
ALTER TABLE `rollouts` ADD `held_since` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `successor_id` text;
--> statement-breakpoint
CREATE TRIGGER audit_anchors_are_never_changed BEFORE UPDATE ON audit_anchors
WHEN old.kind <> 'newest' OR new.kind <> 'newest' OR new.log <> old.log OR new.generation <> old.generation
	OR (new.seq < old.seq AND NOT EXISTS (SELECT 1 FROM audit_anchors accepted WHERE accepted.log = old.log
		AND accepted.generation = old.generation AND accepted.kind = 'accepted' AND accepted.at >= old.at))
BEGIN
	SELECT RAISE(ABORT, 'an anchor stays as it was signed');
END;
--> statement-breakpoint
CREATE TRIGGER audit_anchors_are_kept BEFORE DELETE ON audit_anchors
WHEN old.kind <> 'head' OR old.at > (SELECT max(at) FROM audit_anchors WHERE kind = 'head') - 31536000000
BEGIN
	SELECT RAISE(ABORT, 'an anchor stays for a year');
END;
