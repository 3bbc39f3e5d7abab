import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { View } from "../http/view.ts";
import { assetUrl } from "./assets/index.ts";
import { CrestImage, crestHref } from "./crest.tsx";
import { GuildNav } from "./guild-nav.tsx";
import { LOCALE_NAMES, LOCALES } from "./i18n/index.ts";
import { Brand, Icon } from "./icons.tsx";
import { Palette } from "./palette.tsx";
import type { Section } from "./places.ts";
import { withParams } from "./tables.tsx";

export { guildHref } from "./links.ts";
export type { Section } from "./places.ts";

export interface PageProps {
  readonly view: View;
  readonly title: string;
  /** One narrow column, for forms. */
  readonly narrow?: boolean;
  /** A sentence above the page, such as a guild's status or an impersonation. */
  readonly banner?: Child;
  /** The address under which others should know the page, if it has more than one. */
  readonly canonical?: string | undefined;
  readonly children?: Child;
}

/** A page of the platform: landing, sign-in, account, list of guilds. */
export function PlatformLayout(props: PageProps & { readonly look?: "landing" }) {
  return (
    <Document {...props} look={props.look ?? ""} nav={undefined}>
      {props.children}
    </Document>
  );
}

/** A page of one guild, with the places that the actor may open. */
export function GuildLayout(props: PageProps & { readonly section: Section }) {
  const { view, title, section } = props;
  return (
    <Document
      {...props}
      title={`${title} · ${view.guild!.guild.name}`}
      look=""
      nav={<GuildNav view={view} section={section} />}
    >
      {props.children}
    </Document>
  );
}

/** The frame of every page, with or without navigation. */
export function Document(
  props: PageProps & { readonly nav: Child | undefined; readonly look: string },
) {
  const { view, title, nav, narrow = false, banner, canonical, children } = props;
  const t = view.messages.common;
  return (
    <>
      {raw("<!doctype html>")}
      <html lang={view.locale} class={`theme-${view.theme}`}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{`${title} · ${t.product}`}</title>
          {canonical !== undefined && <link rel="canonical" href={canonical} />}
          <link rel="stylesheet" href={assetUrl("styles")} />
          <link rel="icon" href={view.guild ? crestHref(view.guild.guild) : assetUrl("icon")} />
          <script src={assetUrl("htmx")} defer></script>
          <script src={assetUrl("main")} defer></script>
        </head>
        <body class={bodyClass(props)}>
          <a class="skip" href="#main">
            {t.skip}
          </a>
          <Header view={view} />
          <Impersonating view={view} />
          {view.announcement && (
            <div class="banner" role="status">
              {view.announcement}
            </div>
          )}
          {banner && (
            <div class="banner" role="status">
              {banner}
            </div>
          )}
          <div class="shell">
            {nav}
            <main id="main" class={narrow ? "narrow" : ""} tabindex={-1}>
              <Done view={view} />
              {children}
            </main>
          </div>
          <Footer view={view} />
        </body>
      </html>
    </>
  );
}

/** The accent of a guild's pages comes from its crest. */
function bodyClass({ view, nav, look }: { view: View; nav: Child | undefined; look: string }) {
  const tincture = view.guild && `tincture-${view.guild.guild.crest.first}`;
  return [nav ? "in-guild" : "plain", look, tincture].filter(Boolean).join(" ");
}

/** A banner on every page of an impersonation, with a button to end it. */
function Impersonating({ view }: { view: View }) {
  const { caller, messages } = view;
  if (caller.type !== "user" || !caller.impersonator) return null;
  const t = messages.common.impersonating;
  return (
    <div class="banner" role="status">
      <form class="row" method="post" action="/impersonation/end">
        <span>{t.text(caller.impersonator.name, caller.name)}</span>
        <button type="submit" class="button secondary">
          {t.end}
        </button>
      </form>
    </div>
  );
}

/** The message of the last action. */
function Done({ view }: { view: View }) {
  const { done: sentences } = view.messages.common;
  const done = view.url.searchParams.get("done") ?? "";
  if (!Object.hasOwn(sentences, done)) return null;
  return (
    <div class="toast" role="status" data-toast>
      <Icon name="check" />
      <div>{sentences[done as keyof typeof sentences]}</div>
    </div>
  );
}

function Header({ view }: { view: View }) {
  const t = view.messages.common;
  const guild = view.guild?.guild;
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href="/" aria-label={t.product}>
          <Brand />
          <span>{t.product}</span>
        </a>
        {guild && (
          <a class="guild-name" href={`/g/${guild.slug}`}>
            <CrestImage crest={guild.crest} />
            <span>{guild.name}</span>
          </a>
        )}
        <Palette view={view} />
        <Who view={view} />
      </div>
    </header>
  );
}

function Who({ view }: { view: View }) {
  const t = view.messages.common;
  const { caller } = view;
  if (caller.type !== "user") {
    return (
      <nav class="who" aria-label={t.account}>
        <a href={`/sign-in?next=${encodeURIComponent(view.path)}`}>{t.signIn}</a>
        <a class="button primary" href="/sign-up">
          {t.signUp}
        </a>
      </nav>
    );
  }
  return (
    <nav class="who" aria-label={t.account}>
      <details class="menu">
        <summary>
          <span class="avatar" aria-hidden="true">
            {[...caller.name][0]?.toUpperCase()}
          </span>
          <span class="name">{caller.name}</span>
        </summary>
        <div class="menu-items">
          <small>{caller.email}</small>
          <a href="/guilds">
            <Icon name="guilds" />
            {t.myGuilds}
          </a>
          <a href="/account">
            <Icon name="settings" />
            {t.account}
          </a>
          {caller.operates && (
            <a href="/operator">
              <Icon name="operator" />
              {view.messages.operator.title}
            </a>
          )}
          <a href="/sign-out">
            <Icon name="out" />
            {t.signOut}
          </a>
        </div>
      </details>
    </nav>
  );
}

function Footer({ view }: { view: View }) {
  const t = view.messages.common;
  const languages = LOCALES.map((id) => [id, LOCALE_NAMES[id]] as const);
  const themes = (["system", "dark", "light"] as const).map((id) => [id, t.themes[id]] as const);
  return (
    <footer>
      <div class="foot">
        <Switch view={view} name="lang" label={t.language} now={view.locale} choices={languages} />
        <Switch view={view} name="theme" label={t.theme} now={view.theme} choices={themes} />
        <nav aria-label={t.api}>
          <a href="/api-reference">{t.api}</a>
        </nav>
      </div>
    </footer>
  );
}

/** A choice between a few options that works without scripts. */
function Switch(props: {
  view: View;
  name: string;
  label: string;
  now: string;
  choices: readonly (readonly [value: string, label: string])[];
}) {
  const { view, name, label, now, choices } = props;
  return (
    <form method="post" action="/preferences">
      <input type="hidden" name="next" value={withParams(view.url, {})} />
      <fieldset class="switch" aria-label={label}>
        {choices.map(([value, text]) => (
          <button
            type="submit"
            name={name}
            value={value}
            aria-pressed={value === now ? "true" : "false"}
          >
            {text}
          </button>
        ))}
      </fieldset>
    </form>
  );
}
