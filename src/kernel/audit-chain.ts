import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { GuildId } from "./ids.ts";

/** The name and columns of one audit log. Columns are only ever appended. */
export interface AuditLog {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The platform's audit log. */
export const PLATFORM_LOG: AuditLog = {
  name: "platform",
  columns: "seq at actor_type actor_id action subject guild_id before after address agent".split(
    " ",
  ),
};

/** The audit log in one guild's database. */
export function guildLog(guildId: GuildId): AuditLog {
  return {
    name: `guild ${guildId}`,
    columns:
      "seq at actor_type actor_id actor_name action subject before after request_id address agent".split(
        " ",
      ),
  };
}

/** One row of an audit log, with its columns in the log's order. The first column is `seq`. */
export type AuditRow = readonly (string | number | null)[];

/**
 * The hash before the first row. It contains the log's name, so one log cannot be passed off as
 * another.
 */
export function genesisOf(log: string): string {
  return sha256Hex(`guildhall audit ${log}`);
}

/** The hash of a row. It covers the previous row's hash and every column of this row. */
export function chained(previous: string, row: AuditRow): string {
  return sha256Hex(`${previous}\n${JSON.stringify(row)}`);
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
