INSERT INTO plans (name, position, guilds_per_account_max, members_max, retention_days, features)
VALUES ('free', 1, 1, 30, 30, '[]');
--> statement-breakpoint
INSERT INTO plans (name, position, guilds_per_account_max, members_max, retention_days, features)
VALUES ('premium', 2, NULL, NULL, NULL, '["discord-bot","analytics","export","priority"]');
--> statement-breakpoint
CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'the audit log only grows');
END;
--> statement-breakpoint
CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'the audit log only grows');
END;
