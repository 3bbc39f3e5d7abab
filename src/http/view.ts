import type { Context } from "hono";
import type { Caller } from "../platform/context.ts";
import type { GuildContext } from "../tenant/context.ts";
import { type Locale, type Messages, translator } from "../web/i18n/index.ts";
import type { AppEnv, Theme } from "./env.ts";

/** What a page knows of the request it answers. */
export interface View {
  readonly messages: Messages;
  readonly locale: Locale;
  readonly theme: Theme;
  readonly caller: Caller;
  /** The path as the browser shows it, without the query. */
  readonly path: string;
  readonly url: URL;
  readonly requestId: string;
  /** What operators tell everybody; empty when there is nothing. */
  readonly announcement: string;
  /** Below a guild's address only. */
  readonly guild: GuildContext | undefined;
}

/** Gathers the page's view from the request's variables. */
export function viewOf<E extends AppEnv>(c: Context<E>): View {
  const url = new URL(c.req.url);
  const variables = c.var as Partial<AppEnv["Variables"]> & { guild?: GuildContext };
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
  };
}
