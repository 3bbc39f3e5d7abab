CREATE TRIGGER bids_are_never_changed
BEFORE UPDATE OF seq, id, auction_id, person_id, value, spec, at, idempotency_key ON bids
BEGIN
	SELECT RAISE(ABORT, 'a bid stays as it was accepted');
END;
--> statement-breakpoint
CREATE TRIGGER bids_are_never_shortened BEFORE DELETE ON bids
WHEN NOT EXISTS (SELECT 1 FROM persons WHERE id = old.person_id AND is_example = 1)
BEGIN
	SELECT RAISE(ABORT, 'a bid stays in the history');
END;
--> statement-breakpoint
CREATE TRIGGER auctions_never_go_back BEFORE UPDATE OF status ON auctions
WHEN old.status <> 'open'
BEGIN
	SELECT RAISE(ABORT, 'an auction that is over stays over');
END;
--> statement-breakpoint
CREATE TRIGGER auctions_end_within_their_overtime BEFORE UPDATE OF closes_at ON auctions
WHEN new.closes_at < old.closes_at OR new.closes_at > old.original_closes_at + old.overtime_ms_max
BEGIN
	SELECT RAISE(ABORT, 'the end of an auction only moves later, up to its absolute end');
END;
