CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'the audit log only grows');
END;
--> statement-breakpoint
CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'the audit log only grows');
END;
--> statement-breakpoint
CREATE TRIGGER pools_stay_what_they_are BEFORE UPDATE OF is_example, kind, decimals ON pools
BEGIN
  SELECT RAISE(ABORT, 'a pool keeps its kind');
END;
--> statement-breakpoint
CREATE TRIGGER ledger_tx_is_never_changed BEFORE UPDATE ON ledger_tx
BEGIN
  SELECT RAISE(ABORT, 'the ledger only grows');
END;
--> statement-breakpoint
CREATE TRIGGER ledger_tx_is_never_shortened BEFORE DELETE ON ledger_tx
WHEN (SELECT is_example FROM pools WHERE id = OLD.pool_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'the ledger only grows');
END;
--> statement-breakpoint
CREATE TRIGGER ledger_postings_are_never_changed BEFORE UPDATE ON ledger_postings
BEGIN
  SELECT RAISE(ABORT, 'the ledger only grows');
END;
--> statement-breakpoint
CREATE TRIGGER ledger_postings_are_never_shortened BEFORE DELETE ON ledger_postings
WHEN (SELECT is_example FROM pools JOIN accounts ON accounts.pool_id = pools.id
      WHERE accounts.id = OLD.account_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'the ledger only grows');
END;
--> statement-breakpoint
CREATE TRIGGER accounts_stay_where_they_are BEFORE UPDATE ON accounts
BEGIN
  SELECT RAISE(ABORT, 'an account keeps its pool and its person');
END;
