import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { chooseLocale } from "../web/i18n/index.ts";
import type { AppEnv, Theme } from "./env.ts";

/** The language and theme of this request: the caller's stored choice, else the browser's. */
export const preferences = createMiddleware<AppEnv>(async function preferences(c, next) {
  const cookies = c.req.header("cookie");
  const lang = cookies?.includes("lang=") ? getCookie(c, "lang") : undefined;
  const theme = cookies?.includes("theme=") ? getCookie(c, "theme") : undefined;
  c.set("locale", chooseLocale(lang, c.req.header("accept-language")));
  c.set("theme", isTheme(theme) ? theme : "system");
  await next();
});

function isTheme(value: string | undefined): value is Theme {
  return value === "dark" || value === "light" || value === "system";
}
