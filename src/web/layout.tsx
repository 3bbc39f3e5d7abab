import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { View } from "../http/view.ts";
import type { Permission } from "../kernel/permissions.ts";
import { may } from "../tenant/context.ts";
import { assetUrl } from "./assets/index.ts";
import type { Messages } from "./i18n/index.ts";

interface PageProps {
  readonly view: View;
  readonly title: string;
  /** One column, for forms. */
  readonly narrow?: boolean;
  readonly children?: Child;
}

export type Section = keyof Messages["common"]["nav"];

const SECTIONS: readonly (readonly [Section, path: string, Permission])[] = [
  ["home", "", "standings.view"],
  ["standings", "/standings", "standings.view"],
  ["ledger", "/ledger", "ledger.view"],
  ["roster", "/roster", "roster.view"],
  ["members", "/members", "members.view"],
  ["audit", "/audit", "audit.view"],
  ["settings", "/settings", "settings.manage"],
];

/** A page of the platform: landing, sign-in, account, my guilds. */
export function PlatformLayout({ view, title, narrow = false, children }: PageProps) {
  return (
    <Document view={view} title={title} narrow={narrow} guildNav={undefined}>
      {children}
    </Document>
  );
}

/** A page of one guild, with the sections that the actor may see. */
export function GuildLayout(props: PageProps & { readonly section: Section }) {
  const { view, title, section, narrow = false, children } = props;
  const ctx = view.guild!;
  const t = view.messages.common;
  const nav = (
    <div class="guild-nav">
      <div class="top-inner">
        <nav aria-label={ctx.guild.name}>
          {SECTIONS.filter(([, , permission]) => may(ctx, permission)).map(([name, path]) => (
            <a
              href={`/g/${ctx.guild.slug}${path}`}
              aria-current={name === section ? "page" : undefined}
            >
              {t.nav[name]}
            </a>
          ))}
        </nav>
      </div>
    </div>
  );
  return (
    <Document view={view} title={`${title} · ${ctx.guild.name}`} narrow={narrow} guildNav={nav}>
      {children}
    </Document>
  );
}

/** Where a link of this guild leads; `path` begins with a slash or is empty. */
export function guildHref(view: View, path: string): string {
  return `/g/${view.guild!.guild.slug}${path}`;
}

function Document(
  props: PageProps & { readonly guildNav: Child | undefined; readonly narrow: boolean },
) {
  const { view, title, guildNav, narrow, children } = props;
  const t = view.messages.common;
  const done = view.url.searchParams.get("done") ?? "";
  return (
    <>
      {raw("<!doctype html>")}
      <html lang={view.locale} class={`theme-${view.theme}`}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{`${title} · ${t.product}`}</title>
          <link rel="stylesheet" href={assetUrl("styles")} />
          <link rel="icon" href={assetUrl("icon")} />
          <script src={assetUrl("islands")} defer></script>
        </head>
        <body class={guildNav ? "has-guild-nav" : ""}>
          <a class="skip" href="#main">
            {t.skip}
          </a>
          <Header view={view}>{guildNav}</Header>
          <main id="main" class={narrow ? "narrow" : ""} tabindex={-1}>
            {Object.hasOwn(t.done, done) && (
              <div class="toast" role="status">
                {t.done[done as keyof typeof t.done]}
              </div>
            )}
            {children}
          </main>
          <Footer view={view} />
        </body>
      </html>
    </>
  );
}

function Header({ view, children }: { view: View; children?: Child }) {
  const t = view.messages.common;
  const { caller } = view;
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href="/">
          {t.product}
        </a>
        {view.guild && <strong class="guild-name">{view.guild.guild.name}</strong>}
        <nav class="who" aria-label={t.account}>
          {caller.type === "user" ? (
            <>
              <a href="/guilds">{t.myGuilds}</a>
              <a href="/account">{caller.name}</a>
            </>
          ) : (
            <>
              <a href={`/sign-in?next=${encodeURIComponent(view.path)}`}>{t.signIn}</a>
              <a href="/sign-up">{t.signUp}</a>
            </>
          )}
        </nav>
      </div>
      {children}
    </header>
  );
}

function Footer({ view }: { view: View }) {
  const t = view.messages.common;
  return (
    <footer>
      <div class="top-inner">
        <form method="post" action="/preferences">
          <input type="hidden" name="next" value={view.path} />
          <label>
            {t.language}
            <select name="lang">
              <option value="en" selected={view.locale === "en"}>
                English
              </option>
              <option value="es" selected={view.locale === "es"}>
                Español
              </option>
            </select>
          </label>
          <label>
            {t.theme}
            <select name="theme">
              {(["system", "dark", "light"] as const).map((theme) => (
                <option value={theme} selected={view.theme === theme}>
                  {t.themes[theme]}
                </option>
              ))}
            </select>
          </label>
          <button class="button" type="submit">
            {t.apply}
          </button>
        </form>
        <nav aria-label="API">
          <a href="/api-reference">{t.api}</a>
        </nav>
      </div>
    </footer>
  );
}
