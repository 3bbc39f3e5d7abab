import type { LimitReached } from "../kernel/errors.ts";
import type { Settings } from "../platform/configuration/app-config.ts";
import type { Caller, PlatformContext } from "../platform/context.ts";
import type { RoutedDomain } from "../platform/domains/routed-domains.ts";
import type { RateState } from "../platform/limits/rate-limiter.ts";
import type { Services } from "../services.ts";
import type { GuildContext } from "../tenant/context.ts";
import type { Locale } from "../web/i18n/index.ts";
import type { NavFigures } from "../web/places.ts";

export type Theme = "dark" | "light" | "system";

/** The runtime's data about a request. */
interface Bindings {
  /** On Node: the connection. */
  readonly incoming?: {
    readonly socket?: { readonly remoteAddress?: string; readonly destroy?: () => void };
  };
  /**
   * In runtimes where nothing outlives a request: its own services, and the client address from the
   * edge.
   */
  readonly services?: Services;
  readonly address?: string;
  /** Set for requests to a guild's own domain. */
  readonly domain?: RoutedDomain;
}

/** Variables of every request. The middleware of app.ts sets them in this order. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    /** Set by `provide`. */
    services: Services;
    /** Set by `provide`: settings that operators change while the platform runs. */
    settings: Settings;
    /** Set by `ownDomain`: why the request's host was not looked up. `knownHost` throws it. */
    hostRefusal: LimitReached | undefined;
    /** Set by `requestId`: our id, or the caller's own if it has a valid form. */
    requestId: string;
    /** Set by `session`. */
    caller: Caller;
    /** Set by `session`: the context for service functions of platform features. */
    platform: PlatformContext;
    /** Set by the rate limits: the limit that the caller will reach first, if any. */
    rate: RateState | undefined;
    /** Set by the error handler: what the log line of the request says about the failure. */
    failure: { readonly code: string; readonly cause?: string } | undefined;
    /** Set by `preferences`. */
    locale: Locale;
    theme: Theme;
  };
}

/** Variables below `/g/:guild`. `inGuild` sets the guild, the caller's membership and the database. */
export interface GuildEnv extends AppEnv {
  Variables: AppEnv["Variables"] & {
    guild: GuildContext;
    /** Set on pages: reads the figures of the navigation when a page shows it. */
    figures?: () => Promise<NavFigures | undefined>;
  };
}
