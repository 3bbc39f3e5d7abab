DROP TABLE `migration_outcomes`;--> statement-breakpoint
DROP TABLE `migration_runs`;