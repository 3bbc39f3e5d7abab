CREATE TABLE `upstream_uses` (
	`upstream` text NOT NULL,
	`slot_ms` integer NOT NULL,
	`slot` integer NOT NULL,
	`uses` integer NOT NULL,
	PRIMARY KEY(`upstream`, `slot_ms`, `slot`)
);
--> statement-breakpoint
DROP INDEX `guilds_by_realm`;--> statement-breakpoint
ALTER TABLE `guilds` ADD `edition` text DEFAULT 'retail' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `guilds_by_realm` ON `guilds` (`name_key`,`realm_key`,`region`,`edition`);