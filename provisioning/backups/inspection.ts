import { TenantDatabase } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { verifyLedger } from "../../src/tenant/dkp/service.ts";
import { guildSchema } from "../guild-schema.ts";
import { countRows } from "./copies.ts";
import { inFile, refuseDamage } from "./whole-files.ts";

/** Facts about a copy, read from the copy itself. */
export interface CopyFacts {
  readonly guildId: string;
  readonly generation: number;
  readonly schemaVersion: number;
  readonly rows: Readonly<Record<string, number>>;
}

/** A file to inspect. */
export interface InspectRequest {
  readonly path: string;
  /** Whether the points in it must add up. An export takes them as they are. */
  readonly checksLedger: boolean;
}

/**
 * Opens a copy and checks that it is a complete database of a guild. The time grows with the copy, and a
 * hostile copy can keep SQLite busy for ever. A server calls `inspectCopy` instead.
 *
 * @throws {DatabaseError} `corrupt` otherwise.
 */
export async function inspectHere({ path, checksLedger }: InspectRequest): Promise<CopyFacts> {
  return await inFile(path, async (client) => {
    await refuseDamage(client);
    const { rows } = await client.execute({
      sql: "SELECT guild_id, generation, schema_version FROM _meta WHERE id = 1",
      args: [],
    });
    const [guildId, generation, schemaVersion] = rows[0] ?? [];
    if (typeof guildId !== "string") throw new DatabaseError("corrupt", "It carries no stamp.");
    // Today's queries cannot check an older schema.
    const isNewest = schemaVersion === guildSchema.length;
    if (checksLedger && isNewest) await refuseWrongLedger(new TenantDatabase(client));
    return {
      guildId,
      generation: Number(generation),
      schemaVersion: Number(schemaVersion),
      rows: await countRows(client),
    };
  });
}

async function refuseWrongLedger(db: TenantDatabase): Promise<void> {
  const [wrong] = (await verifyLedger(db)).differences;
  if (wrong === undefined) return;
  const { check, subject } = wrong;
  throw new DatabaseError("corrupt", `Its ledger does not add up: ${check}, ${subject}.`);
}
