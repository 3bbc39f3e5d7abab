import type { Look } from "../src/kernel/readiness.ts";
import type { PlatformStore } from "../src/platform/store.ts";
import { type DatabaseHost, databaseName } from "./hosts/host.ts";
import { LEDGER } from "./migrations.ts";
import { platformSchema } from "./platform.ts";

/** A name that no guild has, because guilds' databases have random names. */
const NO_DATABASE = databaseName("readiness");

/** The checks of `/readyz` that every runtime has. */
export function platformLooks(
  platform: PlatformStore,
  host: DatabaseHost,
): Readonly<Record<"platform" | "schema" | "host" | "clock", Look>> {
  const { client } = platform.db;
  const ours = platformSchema();
  return {
    platform: async () => {
      await client.execute({ sql: "SELECT 1 FROM guilds LIMIT 1", args: [] });
      return { ok: true, detail: "answers" };
    },
    schema: async () => {
      const { rows } = await client.execute(LEDGER);
      // During an upgrade the schema may be one step ahead: this release still works on it.
      const isOurs = ours.every(
        (one, at) => rows[at]?.[0] === one.name && rows[at]?.[1] === one.hash,
      );
      if (isOurs) return { ok: true, detail: "fits this release" };
      return { ok: false, detail: "does not fit this release" };
    },
    host: async () => {
      if (host.servesWithoutManagement)
        return { ok: true, detail: "databases are reached one by one" };
      await host.locate(NO_DATABASE);
      return { ok: true, detail: "answers" };
    },
    clock: async () => {
      const state = platform.clock.state();
      if (state === "right") return { ok: true, detail: "accepted" };
      return { ok: false, detail: `is ${state} of the newest time known here` };
    },
  };
}
