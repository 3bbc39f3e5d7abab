import type { View } from "../http/view.ts";
import { Icon } from "./icons.tsx";
import { type Entry, navigationOf, type Section } from "./places.ts";

/**
 * The navigation of a guild: a rail in groups on wide screens. On narrow ones a bar at the bottom has
 * the places of a raid night, and its last button opens the rail. A popover needs no script for this.
 */
export async function GuildNav({ view, section }: { view: View; section: Section }) {
  const t = view.messages.common;
  const { home, groups, bar } = navigationOf(view, section, await view.figures?.());
  const isOpenInBar = bar.some(({ isOpen }) => isOpen);
  return (
    <>
      <nav id="places" class="rail" popover="auto" aria-label={view.guild!.guild.name}>
        {home && <Link view={view} entry={home} />}
        {groups.map(({ name, entries }) => (
          <section>
            <h2 id={`places-${name}`}>{t.navGroups[name]}</h2>
            <ul aria-labelledby={`places-${name}`}>
              {entries.map((entry) => (
                <li>
                  <Link view={view} entry={entry} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <nav class="bar" aria-label={t.navGroups.night}>
        {bar.map((entry) => (
          <Link view={view} entry={entry} />
        ))}
        <button type="button" popovertarget="places" class={isOpenInBar ? "" : "current"}>
          <Icon name="more" />
          {t.more}
        </button>
      </nav>
    </>
  );
}

function Link({ view, entry }: { view: View; entry: Entry }) {
  const { name, href, icon, isOpen, count } = entry;
  const t = view.messages.common;
  return (
    <a href={href} aria-current={isOpen ? "page" : undefined}>
      <Icon name={icon} />
      <span>{name === "me" ? t.me : t.nav[name]}</span>
      {count > 0 && (
        <span class="count">
          {count}
          <span class="hidden"> {name === "auctions" ? t.liveNow : t.waiting}</span>
        </span>
      )}
    </a>
  );
}
