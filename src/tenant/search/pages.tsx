import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { parsedForm } from "../page-forms.ts";
import { searchQuery } from "./api.ts";
import { search } from "./service.ts";
import { SearchPage } from "./views/search.tsx";

/** The search as a page, for browsers without scripts and for links. */
export function searchPages() {
  const pages = createRouter<GuildEnv>();
  pages.get("/search", requirePermission("guild.view"), async (c) => {
    const { q } = parsedForm(searchQuery, c.req.query());
    return c.html(<SearchPage view={viewOf(c)} q={q} found={await search(c.var.guild, q)} />);
  });
  return pages;
}
