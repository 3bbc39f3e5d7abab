CREATE INDEX `bids_by_person` ON `bids` (`person_id`,`auction_id`);--> statement-breakpoint
CREATE INDEX `accounts_of_person` ON `accounts` (`person_id`) WHERE "accounts"."person_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `link_suggestions_by_discord` ON `link_suggestions` (`discord_id`);--> statement-breakpoint
CREATE INDEX `council_responses_by_person` ON `council_responses` (`person_id`);--> statement-breakpoint
CREATE INDEX `council_votes_by_voter` ON `council_votes` (`voter_id`);--> statement-breakpoint
CREATE INDEX `council_votes_by_person` ON `council_votes` (`person_id`);--> statement-breakpoint
CREATE INDEX `raid_signups_by_person` ON `raid_signups` (`person_id`,`raid_id`);--> statement-breakpoint
CREATE INDEX `character_claims_by_character` ON `character_claims` (`character_id`);--> statement-breakpoint
CREATE INDEX `person_joins_by_source` ON `person_joins` (`from_id`);