-- Real raids write up to 43,000 lines a minute. Limits that an operator has set stay as they are.
UPDATE plans SET events_per_minute_max = 60000 WHERE name = 'free' AND events_per_minute_max = 5000;
--> statement-breakpoint
UPDATE plans SET events_per_minute_max = 120000 WHERE name = 'premium' AND events_per_minute_max = 20000;
--> statement-breakpoint
UPDATE api_keys SET events_per_minute_max = 120000 WHERE events_per_minute_max = 20000;
