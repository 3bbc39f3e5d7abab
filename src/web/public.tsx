import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";
import { viewOf } from "../http/view.ts";
import { LandingPage } from "./landing.tsx";
import { type ApiDocument, ReferencePage } from "./reference.tsx";

/** The start page, and the API description for programs and for people. */
export function publicPages(document: () => ApiDocument, guildFileSchema: () => unknown) {
  const pages = new Hono<AppEnv>();
  let made: ApiDocument | undefined;
  const api = () => {
    made ??= document();
    return made;
  };
  let text: string | undefined;
  pages.get("/api/openapi.json", (c) => {
    text ??= JSON.stringify(api());
    return c.body(text, 200, { "Content-Type": "application/json" });
  });
  // Editors check guild files by it.
  pages.get("/schemas/guild.schema.json", (c) =>
    c.body(JSON.stringify(guildFileSchema()), 200, { "Content-Type": "application/schema+json" }),
  );
  // Other services fetch the keys that verify our access tokens here.
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
