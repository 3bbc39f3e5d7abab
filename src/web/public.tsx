import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";
import { viewOf } from "../http/view.ts";
import { Card, LinkButton } from "./components.tsx";
import { PlatformLayout } from "./layout.tsx";
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
  pages.get("/api-reference", (c) => c.html(<ReferencePage view={viewOf(c)} document={api()} />));
  pages.get("/", (c) => {
    const view = viewOf(c);
    const t = view.messages.landing;
    const { demoGuildSlug } = c.var.services;
    return c.html(
      <PlatformLayout view={view} title={t.title}>
        <div class="hero">
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
          <div class="row">
            <LinkButton look="primary" href="/guilds/new">
              {t.found}
            </LinkButton>
            {demoGuildSlug && <LinkButton href={`/g/${demoGuildSlug}`}>{t.demo}</LinkButton>}
          </div>
        </div>
        <div class="grid">
          <Card title={t.points.apart}>
            <p>{t.points.apartText}</p>
          </Card>
          <Card title={t.points.provable}>
            <p>{t.points.provableText}</p>
          </Card>
          <Card title={t.points.fast}>
            <p>{t.points.fastText}</p>
          </Card>
        </div>
        <h2>{t.plans}</h2>
        <div class="grid">
          <Card title={t.free}>
            <p>{t.freeText}</p>
          </Card>
          <Card title={t.premium}>
            <p>{t.premiumText}</p>
          </Card>
        </div>
      </PlatformLayout>,
    );
  });
  return pages;
}
