import type { Provisioner } from "../provisioning/provisioner.ts";
import type { Config } from "./config.ts";
import type { TenantDatabases } from "./database/tenants.ts";
import type { Clock } from "./kernel/clock.ts";
import type { Log } from "./kernel/log.ts";
import type { AccessTokens } from "./platform/auth/tokens.ts";
import type { PlatformStore } from "./platform/store.ts";

/** One letter. `to` is an address, `text` the whole body; links in it are absolute. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends mail, or says why not by throwing. SMTP in production, a folder in development. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
}

/** Slow hashes of passwords as PHC strings; which algorithm depends on the runtime. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `outdated`: right, but hashed by weaker rules than today's, so hash it again. */
  verify(password: string, phc: string): Promise<"right" | "outdated" | "wrong">;
}

/** Everything the app is made of. Entrypoints and tests build one; nothing else does. */
export interface Services {
  readonly config: Config;
  readonly now: Clock;
  readonly log: Log;
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  readonly provisioner: Provisioner;
  readonly mailer: Mailer;
  readonly passwords: PasswordHasher;
  readonly accessTokens: AccessTokens;
  /** Shown on the landing page when this instance has a guild that anybody may look at. */
  readonly demoGuildSlug?: string;
}
