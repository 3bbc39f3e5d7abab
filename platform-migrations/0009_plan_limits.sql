UPDATE plans SET keys_max = 5, events_per_minute_max = 5000, connections_max = 5,
  log_bytes_max = 21474836480 WHERE name = 'free';
--> statement-breakpoint
UPDATE plans SET keys_max = 20, events_per_minute_max = 20000, connections_max = 15
  WHERE name = 'premium';
