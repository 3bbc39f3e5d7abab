import type { ServerKind } from "../../src/config-hosts.ts";
import type { ServerModule } from "./server.ts";
import { sqldServer } from "./sqld.ts";
import { tursoServer } from "./turso.ts";

/** Every kind of server. A new one is added here and in `src/config-hosts.ts`. */
export const SERVERS: { readonly [K in ServerKind]: ServerModule<K> } = {
  sqld: sqldServer,
  turso: tursoServer,
};
