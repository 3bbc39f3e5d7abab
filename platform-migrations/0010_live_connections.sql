CREATE TABLE `live_connections` (
	`id` text PRIMARY KEY NOT NULL,
	`subject` text NOT NULL,
	`runner` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `live_connections_by_subject` ON `live_connections` (`subject`,`expires_at`);--> statement-breakpoint
CREATE INDEX `live_connections_by_runner` ON `live_connections` (`runner`);