-- Founding asks whether any slug looks like the wished one. The expressions are those of
-- src/platform/guilds/slug-guard.ts to the letter: otherwise every founding reads every guild.
CREATE INDEX guilds_by_slug_looks ON guilds
  (replace(replace(replace(replace(replace(slug, 'rn', 'm'), 'vv', 'w'), '0', 'o'), '1', 'l'), 'i', 'l'));
--> statement-breakpoint
CREATE INDEX slug_history_by_looks ON slug_history
  (replace(replace(replace(replace(replace(slug, 'rn', 'm'), 'vv', 'w'), '0', 'o'), '1', 'l'), 'i', 'l'));
