import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { addInvitePages } from "./invite-pages.tsx";
import { addMemberPages } from "./members-pages.tsx";
import { addSettingsPages } from "./settings-pages.tsx";
import { addVisitorsPage } from "./visitors-page.tsx";

/** Below `/g/:guild`: members, invitations, settings, and what visitors see. */
export function guildPages() {
  const pages = createRouter<GuildEnv>();
  addInvitePages(pages);
  addMemberPages(pages);
  addSettingsPages(pages);
  addVisitorsPage(pages);
  return pages;
}
