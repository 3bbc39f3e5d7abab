import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";
import { viewOf } from "../http/view.ts";
import { LandingPage } from "./landing.tsx";
import { type ApiDocument, ReferencePage } from "./reference.tsx";

/** The start page, and the API's own description for programs and for people. */
export function publicPages(document: () => ApiDocument) {
  const pages = new Hono<AppEnv>();
  let made: ApiDocument | undefined;
  const api = () => {
    made ??= document();
    return made;
  };
  pages.get("/api/openapi.json", (c) => c.json(api()));
  // Who takes our access tokens elsewhere asks here for the keys that verify them.
  pages.get("/.well-known/jwks.json", async (c) => {
    c.header("Cache-Control", "public, max-age=3600");
    return c.json(await c.var.services.accessTokens.publicKeys());
  });
  pages.get("/api-reference", (c) => c.html(<ReferencePage view={viewOf(c)} api={api()} />));
  pages.get("/", async (c) => {
    const { demoGuildSlug, appConfig } = c.var.services;
    const demoHref = demoGuildSlug && `/g/${demoGuildSlug}`;
    const plans = await appConfig.plans();
    return c.html(<LandingPage view={viewOf(c)} plans={plans} demoHref={demoHref} />);
  });
  return pages;
}
