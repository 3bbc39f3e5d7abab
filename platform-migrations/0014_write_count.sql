CREATE TABLE `platform_writes` (
	`id` integer PRIMARY KEY NOT NULL,
	`count` integer NOT NULL
);
