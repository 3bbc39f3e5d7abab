import type { Context } from "hono";
import type { Caller } from "../platform/context.ts";
import type { GuildContext } from "../tenant/context.ts";
import { type Locale, type Messages, translator } from "../web/i18n/index.ts";
import type { NavFigures } from "../web/places.ts";
import type { AppEnv, GuildEnv, Theme } from "./env.ts";

/** The data that every page needs about its request. */
export interface View {
  readonly messages: Messages;
  readonly locale: Locale;
  readonly theme: Theme;
  readonly caller: Caller;
  /** The path as the browser shows it, without the query. */
  readonly path: string;
  readonly url: URL;
  readonly requestId: string;
  /** The operators' announcement. Empty when there is none. */
  readonly announcement: string;
  /** Set below a guild's address only. */
  readonly guild: GuildContext | undefined;
  /** Reads the figures of the navigation. Set on a guild's pages only. */
  readonly figures?: (() => Promise<NavFigures | undefined>) | undefined;
}

/** Builds the page's view from the request's variables. */
export function viewOf<E extends AppEnv>(c: Context<E>): View {
  const url = new URL(c.req.url);
  const variables = c.var as Partial<GuildEnv["Variables"]>;
  const locale = variables.locale ?? "en";
  return {
    messages: translator(locale),
    locale,
    theme: variables.theme ?? "system",
    caller: variables.caller ?? { type: "anonymous" },
    path: url.pathname,
    url,
    requestId: variables.requestId ?? "",
    announcement: variables.settings?.announcement ?? "",
    guild: variables.guild,
    figures: variables.figures,
  };
}
