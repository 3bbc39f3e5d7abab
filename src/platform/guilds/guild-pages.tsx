import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { addInvitePages } from "./invite-pages.tsx";
import { addMemberPages } from "./members-pages.tsx";
import { addSettingsPages } from "./settings-pages.tsx";

/** Below `/g/:guild`: members, invitations and settings. */
export function guildPages() {
  const pages = createRouter<GuildEnv>();
  addInvitePages(pages);
  addMemberPages(pages);
  addSettingsPages(pages);
  return pages;
}
