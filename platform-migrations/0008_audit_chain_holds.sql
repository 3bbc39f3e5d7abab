DROP TRIGGER audit_log_is_never_shortened;
--> statement-breakpoint
CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
WHEN old.seq > coalesce((SELECT max(seq) FROM audit_checkpoints), 0)
BEGIN
	SELECT RAISE(ABORT, 'the audit log only grows');
END;
--> statement-breakpoint
CREATE TRIGGER audit_log_grows_at_its_end BEFORE INSERT ON audit_log
WHEN new.seq > 0 AND new.seq <= (SELECT coalesce(max(seq), 0) FROM audit_log)
BEGIN
	SELECT RAISE(ABORT, 'the audit log only grows at its end');
END;
--> statement-breakpoint
CREATE TRIGGER audit_seals_follow_each_other BEFORE INSERT ON audit_seals
WHEN new.seq IS NOT coalesce((SELECT max(seq) FROM audit_seals), (SELECT max(seq) FROM audit_checkpoints), 0) + 1
	OR NOT EXISTS (SELECT 1 FROM audit_log WHERE seq = new.seq)
BEGIN
	SELECT RAISE(ABORT, 'a seal follows the last one');
END;
--> statement-breakpoint
CREATE TRIGGER audit_seals_are_never_changed BEFORE UPDATE ON audit_seals
BEGIN
	SELECT RAISE(ABORT, 'a seal stays as it is');
END;
--> statement-breakpoint
CREATE TRIGGER audit_seals_are_never_removed BEFORE DELETE ON audit_seals
WHEN old.seq > coalesce((SELECT max(seq) FROM audit_checkpoints), 0)
BEGIN
	SELECT RAISE(ABORT, 'a seal stays until a checkpoint keeps its hash');
END;
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_keep_a_year BEFORE INSERT ON audit_checkpoints
WHEN NOT EXISTS (SELECT 1 FROM audit_seals JOIN audit_log ON audit_log.seq = audit_seals.seq
	WHERE audit_seals.seq = new.seq AND audit_seals.hash = new.hash AND audit_log.at <= new.at - 31536000000)
BEGIN
	SELECT RAISE(ABORT, 'a checkpoint keeps the hash of a sealed row that is over a year old');
END;
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_are_never_changed BEFORE UPDATE ON audit_checkpoints
BEGIN
	SELECT RAISE(ABORT, 'a checkpoint stays as it is');
END;
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_are_never_removed BEFORE DELETE ON audit_checkpoints
BEGIN
	SELECT RAISE(ABORT, 'a checkpoint stays as it is');
END;
--> statement-breakpoint
CREATE TRIGGER audit_heads_are_never_changed BEFORE UPDATE ON audit_heads
BEGIN
	SELECT RAISE(ABORT, 'a head stays as it was on its day');
END;
--> statement-breakpoint
CREATE TRIGGER audit_heads_are_kept_for_a_year BEFORE DELETE ON audit_heads
WHEN old.day > (SELECT max(day) FROM audit_heads) - 365
BEGIN
	SELECT RAISE(ABORT, 'a head stays for a year');
END;
