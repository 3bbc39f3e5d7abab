CREATE TABLE `character_claims` (
	`user_id` text PRIMARY KEY NOT NULL,
	`user_name` text NOT NULL,
	`state` text NOT NULL,
	`character_id` text,
	`at` integer NOT NULL,
	`decided_at` integer,
	`decided_by` text,
	FOREIGN KEY (`character_id`) REFERENCES `characters`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `character_claims_by_state` ON `character_claims` (`state`,`at`);--> statement-breakpoint
CREATE TABLE `person_joins` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`from_id` text NOT NULL,
	`into_id` text NOT NULL,
	`changes` text NOT NULL,
	`at` integer NOT NULL,
	`by_name` text NOT NULL,
	`undone_at` integer,
	`undone_by` text,
	FOREIGN KEY (`from_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`into_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `person_joins_once` ON `person_joins` (`from_id`) WHERE "person_joins"."undone_at" is null and "person_joins"."kind" = 'join';--> statement-breakpoint
CREATE INDEX `person_joins_by_target` ON `person_joins` (`into_id`,`at`);--> statement-breakpoint
CREATE INDEX `person_joins_by_time` ON `person_joins` (`at`,`id`);--> statement-breakpoint
DROP TRIGGER bids_are_never_changed;
--> statement-breakpoint
CREATE TRIGGER bids_are_never_changed
BEFORE UPDATE OF seq, id, auction_id, value, spec, at, idempotency_key ON bids
BEGIN
	SELECT RAISE(ABORT, 'a bid stays as it was accepted');
END;
--> statement-breakpoint
CREATE TRIGGER bids_follow_their_person
BEFORE UPDATE OF person_id ON bids
WHEN new.person_id <> old.person_id AND NOT EXISTS (
	SELECT 1 FROM person_joins WHERE kind = 'join' AND (
		(from_id = old.person_id AND into_id = new.person_id AND undone_at IS NULL)
		OR (from_id = new.person_id AND into_id = old.person_id AND undone_at IS NOT NULL)))
BEGIN
	SELECT RAISE(ABORT, 'a bid changes its person only when two persons become one');
END;
