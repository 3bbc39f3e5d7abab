import type { View } from "../../src/http/view.ts";
import { crestOf } from "../../src/kernel/crest.ts";
import { permissionsOf, type Role } from "../../src/kernel/permissions.ts";
import { type Locale, translator } from "../../src/web/i18n/index.ts";

export const english = translator("en");

/** Renders JSX to the text that a browser gets. A part of it may be asynchronous. */
export async function html(page: unknown): Promise<string> {
  const rendered = await (page as Promise<object> | object);
  return String(await (rendered.toString() as string | Promise<string>));
}

interface Wanted {
  readonly path?: string;
  readonly locale?: Locale;
  readonly theme?: View["theme"];
  readonly guildName?: string;
  readonly callerName?: string;
  readonly role?: Role;
}

/** What a page knows of its request: a signed-in user, inside a guild if there is a name or role. */
export function aView(wanted: Wanted = {}): View {
  const { path = "/", locale = "en", theme = "system", role, callerName = "Caller" } = wanted;
  const guildName = wanted.guildName ?? (role && "Iron Vow");
  const url = new URL(path, "http://localhost");
  const guild = guildName && {
    guild: { name: guildName, slug: "iron-vow", timeZone: "UTC", crest: crestOf("iron-vow") },
    actor: { type: "user", permissions: permissionsOf(role ?? "owner") },
  };
  return {
    messages: translator(locale),
    locale,
    theme,
    caller: { type: "user", name: callerName, email: "caller@example.test" },
    path: url.pathname,
    url,
    requestId: "request-1",
    guild,
  } as unknown as View;
}
