import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { GuildId } from "./ids.ts";

/** Which log of which database, and what its rows say. Columns are only ever added to. */
export interface AuditLog {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The platform's own log. */
export const PLATFORM_LOG: AuditLog = {
  name: "platform",
  columns: "seq at actor_type actor_id action subject guild_id before after address agent".split(
    " ",
  ),
};

/** The log in the database of one guild. */
export function guildLog(guildId: GuildId): AuditLog {
  return {
    name: `guild ${guildId}`,
    columns:
      "seq at actor_type actor_id actor_name action subject before after request_id address agent".split(
        " ",
      ),
  };
}

/** One row of an audit log, its columns in the log's order; the first is `seq`. */
export type AuditRow = readonly (string | number | null)[];

/** The hash before the first row. It names the log, so that no log can pass for another. */
export function genesisOf(log: string): string {
  return sha256Hex(`guildhall audit ${log}`);
}

/** The hash of a row: of the one before it, and of everything that the row says. */
export function chained(previous: string, row: AuditRow): string {
  return sha256Hex(`${previous}\n${JSON.stringify(row)}`);
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
