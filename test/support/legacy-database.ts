import Native from "libsql";

/** A member of a made-up legacy points database. */
export interface LegacyMember {
  readonly id: number;
  readonly name: string;
  readonly email?: string;
  /** A bcrypt hash. */
  readonly hash?: string;
  readonly role?: "admin" | "officer" | "raider";
  readonly points: number;
}

const SCHEMA = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT, email TEXT, role TEXT,
    is_active INTEGER DEFAULT 1, character_name TEXT, character_class TEXT, spec TEXT, raid_role TEXT,
    server TEXT, discord_id TEXT, reset_token TEXT, avatar TEXT, created_at TEXT);
  CREATE TABLE member_dkp (id INTEGER PRIMARY KEY, user_id INTEGER, current_dkp INTEGER);
  CREATE TABLE dkp_transactions (id INTEGER PRIMARY KEY, user_id INTEGER, amount INTEGER, reason TEXT,
    created_at TEXT, wcl_report_id INTEGER, auction_id INTEGER, reverted INTEGER, reverted_by_tx INTEGER);
  CREATE TABLE auctions (id INTEGER PRIMARY KEY, item_name TEXT, item_id INTEGER, min_bid INTEGER,
    status TEXT, winner_id INTEGER, winning_bid INTEGER, created_at TEXT, ended_at TEXT);
  CREATE TABLE auction_bids (id INTEGER PRIMARY KEY, auction_id INTEGER, user_id INTEGER, amount INTEGER,
    created_at TEXT);
  CREATE TABLE raids (id INTEGER PRIMARY KEY, name TEXT, scheduled_at TEXT, notes TEXT, created_at TEXT);
  CREATE TABLE raid_attendance (id INTEGER PRIMARY KEY, raid_id INTEGER, user_id INTEGER);
  CREATE TABLE audit_log (id INTEGER PRIMARY KEY, action TEXT, details TEXT);
`;

export interface LegacySize {
  readonly members: readonly LegacyMember[];
  /** Nights, each with an award to every member, an auction, and its payment. */
  readonly nights: number;
  /** Bytes of pictures and logs, which stay behind. */
  readonly fillerBytes?: number;
}

/** Writes a legacy points database of made-up rows. */
export function makeLegacyDatabase(
  path: string,
  { members, nights, fillerBytes = 0 }: LegacySize,
): void {
  const db = new Native(path);
  try {
    db.exec(SCHEMA);
    db.exec("BEGIN");
    addMembers(db, members);
    addNights(db, members, nights);
    const filler = "x".repeat(3_000);
    const log = db.prepare("INSERT INTO audit_log (action, details) VALUES ('look', ?)");
    for (let written = 0; written < fillerBytes; written += filler.length) log.run(filler);
    db.exec("COMMIT");
  } finally {
    db.close();
  }
}

function addMembers(db: Native.Database, members: readonly LegacyMember[]): void {
  const user = db.prepare(`INSERT INTO users (id, username, password, email, role, character_name,
    character_class, server, reset_token, created_at)
    VALUES (?, ?, ?, ?, ?, ?, 'Mage', 'Area 52', 'CANARY-RESET', '2024-01-01 00:00:00')`);
  const balance = db.prepare("INSERT INTO member_dkp (user_id, current_dkp) VALUES (?, ?)");
  for (const { id, name, email, hash, role, points } of members) {
    user.run(id, name.toLowerCase(), hash ?? "", email ?? null, role ?? "raider", name);
    balance.run(id, points);
  }
}

/** Each night gives everyone ten points, and takes five from one member for an item. */
function addNights(db: Native.Database, members: readonly LegacyMember[], nights: number): void {
  const entry =
    db.prepare(`INSERT INTO dkp_transactions (user_id, amount, reason, created_at, auction_id)
    VALUES (?, ?, ?, ?, ?)`);
  const raid = db.prepare("INSERT INTO raids (id, name, scheduled_at) VALUES (?, ?, ?)");
  const there = db.prepare("INSERT INTO raid_attendance (raid_id, user_id) VALUES (?, ?)");
  const auction =
    db.prepare(`INSERT INTO auctions (id, item_name, item_id, min_bid, status, winner_id,
    winning_bid, created_at, ended_at) VALUES (?, ?, ?, 5, 'completed', ?, 5, ?, ?)`);
  const bid = db.prepare(
    "INSERT INTO auction_bids (auction_id, user_id, amount, created_at) VALUES (?, ?, 5, ?)",
  );
  for (let night = 1; night <= nights; night++) {
    const at = new Date(Date.UTC(2024, 0, 1, 20) + night * 3_600_000 * 8).toISOString();
    raid.run(night, `Night ${night}`, at);
    for (const { id } of members) {
      there.run(night, id);
      entry.run(id, 10, `Raid attendance: Night ${night}`, at, null);
    }
    const winner = members[night % members.length]!.id;
    auction.run(night, `Item ${night}`, 1_000 + night, winner, at, at);
    bid.run(night, winner, at);
    entry.run(winner, -5, `Won auction: Item ${night}`, at, night);
  }
}
