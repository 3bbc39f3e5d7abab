import type { Settings } from "../platform/configuration/app-config.ts";
import type { Caller, PlatformContext } from "../platform/context.ts";
import type { RateState } from "../platform/limits/rate-limiter.ts";
import type { Services } from "../services.ts";
import type { GuildContext } from "../tenant/context.ts";
import type { Locale } from "../web/i18n/index.ts";

export type Theme = "dark" | "light" | "system";

/** What the runtime hands over with a request. */
export interface Bindings {
  /** Node: the connection. */
  readonly incoming?: {
    readonly socket?: { readonly remoteAddress?: string; readonly destroy?: () => void };
  };
  /** Where nothing may outlive a request: its own services, and who the edge says is calling. */
  readonly services?: Services;
  readonly address?: string;
}

/** Set for every request by the middleware of app.ts, in this order. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    /** Set by `provide`. */
    services: Services;
    /** Set by `provide`: what operators set while the platform runs. */
    settings: Settings;
    /** Set by `requestId`: ours, or the caller's own if it sent a plain one. */
    requestId: string;
    /** Set by `session`. */
    caller: Caller;
    /** Set by `session`: what verbs of platform features take. */
    platform: PlatformContext;
    /** Set by the rate limits: the one that the caller will meet first, if there is any. */
    rate: RateState | undefined;
    /** Set by the answer to an error of ours: what the line of the request says of it. */
    failure: { readonly code: string; readonly cause?: string } | undefined;
    /** Set by `preferences`. */
    locale: Locale;
    theme: Theme;
  };
}

/** Below `/g/:guild`: `inGuild` found the guild, the caller's place in it, and its database. */
export interface GuildEnv extends AppEnv {
  Variables: AppEnv["Variables"] & { guild: GuildContext };
}
