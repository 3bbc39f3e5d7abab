import { type SQL, sql } from "drizzle-orm";
import type { Checkpoint, Head } from "../../database/audit-log.ts";
import type { Known } from "../../database/audit-verify.ts";
import { columnsOf } from "../../database/query.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import {
  type AnchorFacts,
  type AnchorSigner,
  anchorSigner,
  NOTHING_IS_SIGNED_HERE,
  type SignedAnchor,
} from "../../kernel/audit-signature.ts";
import { Conflict } from "../../kernel/errors.ts";
import { DAY_MS } from "../../kernel/time.ts";
import type { PlatformStore } from "../store.ts";
import { auditAnchors, auditHeads } from "./schema.ts";

/** A log: a guild's id, or `platform`, and the generation of its database. */
export interface LogPlace {
  readonly log: string;
  readonly generation: number;
}

/** The platform's own log. Its database has no generations. */
export const PLATFORM_PLACE: LogPlace = { log: "platform", generation: 1 };

/** What the platform has recorded about a log, and whether the records are valid. */
export interface KnownLog extends Known {
  readonly checkpoints: readonly Checkpoint[];
  /** The first anchor with a wrong signature, or one of another secret. */
  readonly doubtful: { readonly seq: number; readonly check: "wrong" | "other-key" } | undefined;
  /** Whether signatures were checked. That needs the server's secret. */
  readonly isChecked: boolean;
}

/** One stored anchor. */
export type AnchorRow = typeof auditAnchors.$inferSelect;

/** The signed anchors of this installation, for guilds' audit logs and its own. */
export class AuditAnchors {
  readonly #platform: PlatformStore;
  readonly #signer: AnchorSigner | undefined;

  constructor(platform: PlatformStore, serverSecret: string) {
    this.#platform = platform;
    const signs = serverSecret !== NOTHING_IS_SIGNED_HERE;
    this.#signer = signs ? anchorSigner(serverSecret) : undefined;
  }

  /** Whether this process has the secret. Without it nothing is anchored. */
  get canSign(): boolean {
    return this.#signer !== undefined;
  }

  /** Everything recorded about a log since an operator last accepted it. */
  async known(place: LogPlace): Promise<KnownLog> {
    const rows = await this.#rowsOf(place);
    const acceptedAt = Math.max(0, ...rows.filter(isKind("accepted")).map(({ at }) => at));
    const current = rows.filter(({ kind, at }) => {
      if (kind === "checkpoint") return false;
      return at > acceptedAt || (at === acceptedAt && kind !== "head");
    });
    const doubtful = current.find((row) => this.#check(row) !== "good");
    // A move or a restore gives the log another database. The log continues there.
    const checkpoints = await this.#rows(
      sql`${auditAnchors.log} = ${place.log} and ${auditAnchors.kind} = 'checkpoint'`,
    );
    return {
      heads: [...(await this.#legacyHeads(place, acceptedAt)), ...current],
      checkpoints: checkpoints.filter((row) => this.#check(row) === "good"),
      nowMs: this.#platform.now().getTime(),
      doubtful: doubtful && { seq: doubtful.seq, check: this.#check(doubtful) as "wrong" },
      isChecked: this.canSign || rows.length === 0,
    };
  }

  /** The lowest sequence number that a guild's log must have reached. Undefined without records. */
  async newestSeq({ log, generation }: LogPlace): Promise<number | undefined> {
    const [row] = await this.#platform.db.orm
      .select({ seq: auditAnchors.seq })
      .from(auditAnchors)
      .where(
        sql`${auditAnchors.log} = ${log} and ${auditAnchors.generation} = ${generation}
          and ${auditAnchors.kind} in ('newest', 'accepted')`,
      )
      .orderBy(sql`${auditAnchors.at} desc, ${auditAnchors.kind} = 'newest' desc`)
      .limit(1);
    return row?.seq;
  }

  /** Records the sealed end of several logs in one write. */
  async noteNewest(logs: readonly (LogPlace & Head)[]): Promise<void> {
    const at = this.#platform.now().getTime();
    const rows = logs.flatMap((one) => this.#signed({ ...facts(one), kind: "newest", at }));
    if (rows.length === 0) return;
    const { orm } = this.#platform.db;
    await write(
      this.#platform.db,
      rows.map((row) =>
        orm
          .insert(auditAnchors)
          .values(row)
          .onConflictDoUpdate({
            target: [auditAnchors.log, auditAnchors.generation],
            targetWhere: sql`kind = 'newest'`,
            set: NEWER,
            setWhere: sql`excluded.seq > ${auditAnchors.seq}`,
          }),
      ),
    );
  }

  /** The current head with a signature. Undefined if this process cannot sign. */
  signedHead(place: LogPlace & Head): AnchorRow | undefined {
    return this.#signed({ ...facts(place), kind: "head", at: this.#platform.now().getTime() })[0];
  }

  /** Stores the head of a day. Returns false if an earlier one covers it or this process cannot sign. */
  async noteHead(place: LogPlace & Head): Promise<boolean> {
    const row = this.signedHead(place);
    if (row === undefined) return false;
    const rows = await this.#rowsOf(place);
    if (rows.some(({ kind, seq }) => kind === "head" && seq >= row.seq)) return false;
    await write(this.#platform.db, [this.#insert(row)]);
    return true;
  }

  /** Statements that store a checkpoint. They must be written before the checkpoint is made. */
  checkpointRows(place: LogPlace, checkpoint: Checkpoint): readonly Writable[] {
    const { seq, hash, at } = checkpoint;
    const { log, generation } = place;
    return this.#signed({ log, generation, kind: "checkpoint", seq, hash, at }).map((row) =>
      this.#insert(row),
    );
  }

  /** Stores a checkpoint of this log before it is made. */
  readonly remember = (place: LogPlace) => async (checkpoint: Checkpoint) => {
    const rows = this.checkpointRows(place, checkpoint);
    if (rows.length === 0) throw noSecret();
    await write(this.#platform.db, rows);
  };

  /**
   * Accepts a log as it is, by an operator's decision. Earlier anchors are no longer checked.
   * @throws {Conflict} `audit/no-secret`
   */
  async accept(
    place: LogPlace & Head,
    checkpoint: Checkpoint | undefined,
    alongside: readonly (Writable | Guard)[],
  ): Promise<void> {
    const rows = await this.#rowsOf(place);
    const newestAt = Math.max(0, ...rows.map((row) => (row.kind === "checkpoint" ? 0 : row.at)));
    const at = Math.max(this.#platform.now().getTime(), newestAt + 1);
    const [accepted] = this.#signed({ ...facts(place), kind: "accepted", at });
    const [newest] = this.#signed({ ...facts(place), kind: "newest", at });
    if (!accepted || !newest) throw noSecret();
    const { orm } = this.#platform.db;
    await write(this.#platform.db, [
      guard(
        sql`(select count(*) from audit_anchors where log = ${place.log}
          and generation = ${place.generation}) = ${rows.length}`,
        () => new Conflict("audit/sealed-already", "This log was anchored just now. Try again."),
      ),
      this.#insert(accepted),
      orm
        .insert(auditAnchors)
        .values(newest)
        .onConflictDoUpdate({
          target: [auditAnchors.log, auditAnchors.generation],
          targetWhere: sql`kind = 'newest'`,
          set: NEWER,
        }),
      ...(checkpoint ? this.checkpointRows(place, checkpoint) : []),
      ...alongside,
    ]);
  }

  /** Whether this installation signed an anchor, such as one from a log line. */
  check(anchor: SignedAnchor): "good" | "wrong" | "other-key" | "unchecked" {
    return this.#signer?.check(anchor) ?? "unchecked";
  }

  #check(row: SignedAnchor): "good" | "wrong" | "other-key" {
    return this.#signer?.check(row) ?? "good";
  }

  #signed(anchor: AnchorFacts & Pick<AnchorRow, "kind">): AnchorRow[] {
    return this.#signer ? [{ ...this.#signer.sign(anchor), kind: anchor.kind }] : [];
  }

  #insert(row: AnchorRow): Writable {
    return this.#platform.db.orm.insert(auditAnchors).values(row).onConflictDoNothing();
  }

  #rowsOf({ log, generation }: LogPlace): Promise<AnchorRow[]> {
    return this.#rows(
      sql`${auditAnchors.log} = ${log} and ${auditAnchors.generation} = ${generation}`,
    );
  }

  #rows(where: SQL): Promise<AnchorRow[]> {
    return this.#platform.db.orm
      .select()
      .from(auditAnchors)
      .where(where)
      .orderBy(auditAnchors.at, auditAnchors.seq);
  }

  /** Earlier releases stored daily heads without a signature. */
  async #legacyHeads({ log, generation }: LogPlace, acceptedAt: number): Promise<Head[]> {
    return await this.#platform.db.orm
      .select(columnsOf(auditHeads, "seq", "hash"))
      .from(auditHeads)
      .where(
        sql`${auditHeads.guildId} = ${log} and ${auditHeads.generation} = ${generation}
          and (${auditHeads.day} + 1) * ${DAY_MS} > ${acceptedAt}`,
      )
      .orderBy(auditHeads.day);
  }
}

const NEWER = {
  seq: sql`excluded.seq`,
  hash: sql`excluded.hash`,
  at: sql`excluded.at`,
  keyId: sql`excluded.key_id`,
  signature: sql`excluded.signature`,
};

const isKind = (wanted: AnchorRow["kind"]) => (row: AnchorRow) => row.kind === wanted;

function facts({ log, generation, seq, hash }: LogPlace & Head) {
  return { log, generation, seq, hash };
}

function noSecret(): Conflict {
  return new Conflict(
    "audit/no-secret",
    "Nothing can be signed without the server's secret. Set the GUILDHALL_SECRET of the server.",
  );
}
