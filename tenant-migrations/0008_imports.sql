CREATE TABLE `import_rows` (
	`import_id` text NOT NULL,
	`line` integer NOT NULL,
	`kind` text NOT NULL,
	`part` text DEFAULT '' NOT NULL,
	`key` text NOT NULL,
	`label` text DEFAULT '' NOT NULL,
	`data` text NOT NULL,
	`verdict` text NOT NULL,
	`reason` text DEFAULT '' NOT NULL,
	`target_id` text,
	`committed_key` text,
	`made_at` integer,
	PRIMARY KEY(`import_id`, `line`),
	FOREIGN KEY (`import_id`) REFERENCES `imports`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `import_rows_once` ON `import_rows` (`committed_key`);--> statement-breakpoint
CREATE INDEX `import_rows_by_verdict` ON `import_rows` (`import_id`,`verdict`,`line`);--> statement-breakpoint
CREATE INDEX `import_rows_by_target` ON `import_rows` (`target_id`);--> statement-breakpoint
CREATE TABLE `imports` (
	`id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`format` text NOT NULL,
	`edition` text DEFAULT '' NOT NULL,
	`source` text DEFAULT '' NOT NULL,
	`file_name` text DEFAULT '' NOT NULL,
	`file_hash` text DEFAULT '' NOT NULL,
	`pool_id` text,
	`snapshot_at` integer,
	`questions` text NOT NULL,
	`answers` text NOT NULL,
	`counts` text NOT NULL,
	`report` text,
	`rows` integer DEFAULT 0 NOT NULL,
	`progress` integer DEFAULT 0 NOT NULL,
	`error` text,
	`actor_type` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`committed_at` integer,
	`reverted_at` integer
);
--> statement-breakpoint
CREATE INDEX `imports_by_time` ON `imports` (`created_at`,`id`);