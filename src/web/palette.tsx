import type { View } from "../http/view.ts";
import { limits } from "../limits.ts";
import { may } from "../tenant/context.ts";
import { Icon } from "./icons.tsx";
import { guildHref } from "./links.ts";

/** The way to the search: a link to its page, which a script turns into a dialog. Ctrl-K opens it too. */
export function Palette({ view }: { view: View }) {
  if (!view.guild || !may(view.guild, "guild.view")) return null;
  const t = view.messages.search;
  const words = { pages: t.pages, people: t.people, raids: t.raids, items: t.items, none: t.none };
  return (
    <>
      <a class="search-link" href={guildHref(view, "/search")} title={t.keys} data-opens-palette="">
        <Icon name="search" />
        <span>{t.title}</span>
      </a>
      <dialog
        class="palette"
        aria-label={t.title}
        data-palette={guildHref(view, "")}
        data-words={JSON.stringify(words)}
      >
        <input
          type="text"
          role="combobox"
          aria-label={t.label}
          placeholder={t.label}
          aria-expanded="true"
          aria-controls="palette-found"
          aria-autocomplete="list"
          autocomplete="off"
          maxlength={limits.search.charsMax}
        />
        <div id="palette-found" role="listbox" aria-label={t.title}></div>
        <p class="muted" role="status"></p>
      </dialog>
    </>
  );
}
