import type { View } from "../../../http/view.ts";
import { searchKey } from "../../../kernel/names.ts";
import { limits } from "../../../limits.ts";
import { Button, Card, EmptyState, PageHeader, Time } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { navigationOf } from "../../../web/places.ts";
import type { Found } from "../service.ts";

/** One form and what was found, by kind. Kinds without a result are left out. */
export function SearchPage({ view, q, found }: { view: View; q: string; found: Found }) {
  const t = view.messages.search;
  const { timeZone } = view.guild!.guild;
  const kinds = [
    {
      title: t.pages,
      links: pagesNamed(view, q).map(({ href, label }) => <a href={href}>{label}</a>),
    },
    {
      title: t.people,
      links: found.people.map(({ id, name }) => (
        <a href={guildHref(view, `/roster/${id}`)}>{name}</a>
      )),
    },
    {
      title: t.raids,
      links: found.raids.map(({ id, name, startsAt }) => (
        <>
          <a href={guildHref(view, `/raids/${id}`)}>{name}</a>{" "}
          <Time at={startsAt} timeZone={timeZone} locale={view.locale} />
        </>
      )),
    },
    {
      title: t.items,
      links: found.items.map(({ key, name }) => (
        <a href={guildHref(view, `/loot/items/${encodeURIComponent(key)}`)}>{name}</a>
      )),
    },
  ].filter(({ links }) => links.length > 0);
  return (
    <GuildLayout view={view} title={t.title} section="home" narrow>
      <PageHeader title={t.title} />
      <search>
        <form class="row" method="get" action={guildHref(view, "/search")}>
          <input
            type="search"
            name="q"
            value={q}
            maxlength={limits.search.charsMax}
            aria-label={t.label}
            placeholder={t.label}
          />
          <Button>{t.title}</Button>
        </form>
      </search>
      {kinds.map(({ title, links }) => (
        <Card title={title}>
          <ul class="plain-list">
            {links.map((link) => (
              <li>{link}</li>
            ))}
          </ul>
        </Card>
      ))}
      {q !== "" && kinds.length === 0 && <EmptyState title={t.none} text={t.noneText} />}
    </GuildLayout>
  );
}

/** The pages of the navigation whose name contains the text. */
function pagesNamed(view: View, q: string) {
  const wanted = searchKey(q);
  if (wanted === "") return [];
  const { home, groups } = navigationOf(view, "home", undefined);
  const labels: Readonly<Record<string, string>> = view.messages.common.nav;
  return [...(home ? [home] : []), ...groups.flatMap(({ entries }) => entries)]
    .map(({ name, href }) => ({ href, label: labels[name] ?? name }))
    .filter(({ label }) => searchKey(label).includes(wanted));
}
