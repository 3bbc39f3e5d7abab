CREATE TABLE `council_responses` (
	`council_id` text NOT NULL,
	`person_id` text NOT NULL,
	`response` text NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`council_id`, `person_id`),
	FOREIGN KEY (`council_id`) REFERENCES `loot_councils`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `council_votes` (
	`council_id` text NOT NULL,
	`voter_id` text NOT NULL,
	`person_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`council_id`, `voter_id`),
	FOREIGN KEY (`council_id`) REFERENCES `loot_councils`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`voter_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `loot_councils` (
	`id` text PRIMARY KEY NOT NULL,
	`item_name` text NOT NULL,
	`item_key` text NOT NULL,
	`boss` text DEFAULT '' NOT NULL,
	`raid_id` text,
	`note` text DEFAULT '' NOT NULL,
	`status` text DEFAULT 'open' NOT NULL,
	`loot_id` text,
	`opened_at` integer NOT NULL,
	`decided_at` integer,
	FOREIGN KEY (`loot_id`) REFERENCES `loot_awards`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `councils_by_time` ON `loot_councils` (`opened_at`,`id`);