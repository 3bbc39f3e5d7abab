import type { View } from "../http/view.ts";
import type { Permission } from "../kernel/permissions.ts";
import { may } from "../tenant/context.ts";
import type { Messages } from "./i18n/index.ts";
import type { IconName } from "./icons.tsx";

/** The part of a guild that a page belongs to. Each has one entry in the navigation. */
export type Section = keyof Messages["common"]["nav"];
type GroupName = keyof Messages["common"]["navGroups"];

/** Figures beside the entries of the navigation. */
export interface NavFigures {
  /** Open auctions. */
  readonly auctions: number;
  /** Issues of "Who is who" that are open. 0 for readers who cannot decide them. */
  readonly identity: number;
  /** New members who wait for an officer. 0 for readers who cannot decide. */
  readonly inbox: number;
  /** The reader's person in the roster. Null without one. */
  readonly personId: string | null;
}

interface Place {
  readonly path: string;
  /** The permission of the page's own route. */
  readonly needs: Permission;
  readonly icon: IconName;
}

const PLACES: Readonly<Record<Section, Place>> = {
  home: { path: "", needs: "guild.view", icon: "home" },
  raids: { path: "/raids", needs: "raids.view", icon: "raids" },
  auctions: { path: "/auctions", needs: "auctions.view", icon: "auctions" },
  attendance: { path: "/raids/attendance", needs: "raids.view", icon: "attendance" },
  standings: { path: "/standings", needs: "standings.view", icon: "standings" },
  ledger: { path: "/ledger", needs: "ledger.view", icon: "ledger" },
  loot: { path: "/loot", needs: "loot.view", icon: "loot" },
  rules: { path: "/dkp/pools", needs: "standings.view", icon: "proof" },
  logs: { path: "/logs", needs: "logs.view", icon: "logs" },
  progress: { path: "/bosses", needs: "progress.view", icon: "progress" },
  roster: { path: "/roster", needs: "roster.view", icon: "roster" },
  identity: { path: "/identity", needs: "identity.manage", icon: "identity" },
  inbox: { path: "/roster/claims", needs: "roster.manage", icon: "inbox" },
  members: { path: "/members", needs: "members.view", icon: "members" },
  settings: { path: "/settings", needs: "settings.manage", icon: "settings" },
  audit: { path: "/audit", needs: "audit.view", icon: "audit" },
};

const GROUPS: readonly (readonly [name: GroupName, places: readonly Section[]])[] = [
  ["night", ["raids", "auctions", "attendance"]],
  ["points", ["standings", "ledger", "loot", "rules"]],
  ["logs", ["logs", "progress"]],
  ["roster", ["roster", "identity", "inbox"]],
  ["guild", ["members", "settings", "audit"]],
];

/** What raiders open on a phone during a raid. Their own page follows. */
const NIGHT: readonly Section[] = ["raids", "auctions", "standings"];

/** One entry of the navigation, ready to be shown. */
export interface Entry {
  readonly name: Section | "me";
  readonly href: string;
  readonly icon: IconName;
  readonly isOpen: boolean;
  /** 0 for none. */
  readonly count: number;
}

interface Navigation {
  readonly home: Entry | undefined;
  /** Groups without an entry for this reader are left out. */
  readonly groups: readonly { readonly name: GroupName; readonly entries: readonly Entry[] }[];
  /** At most four entries for the bar of a phone. */
  readonly bar: readonly Entry[];
}

/** The navigation of one reader. `section` is the page's own; the address decides between close ones. */
export function navigationOf(
  view: View,
  section: Section,
  figures: NavFigures | undefined,
): Navigation {
  const open = openPlace(view, section);
  const entryOf = (name: Section): readonly Entry[] => {
    const { path, needs, icon } = PLACES[name];
    if (!may(view.guild!, needs)) return [];
    const count = countOf(name, figures);
    return [{ name, href: base(view) + path, icon, isOpen: name === open, count }];
  };
  const groups = GROUPS.map(([name, places]) => ({ name, entries: places.flatMap(entryOf) }));
  return {
    home: entryOf("home")[0],
    groups: groups.filter(({ entries }) => entries.length > 0),
    bar: [...NIGHT.flatMap(entryOf), ownEntry(view, figures) ?? entryOf("roster")[0]].filter(
      (entry) => entry !== undefined,
    ),
  };
}

/** The reader's own page. A member without a person says there which character is theirs. */
function ownEntry(view: View, figures: NavFigures | undefined): Entry | undefined {
  if (view.guild!.actor.type !== "user" || figures === undefined) return undefined;
  const { personId } = figures;
  const href = base(view) + (personId === null ? "/join" : `/roster/${personId}`);
  return { name: "me", href, icon: "roster", isOpen: view.path === href, count: 0 };
}

/** `/raids/attendance` belongs to attendance although its page is one of the raids. */
function openPlace(view: View, section: Section): Section {
  const below = view.path.slice(base(view).length);
  const closer = (["attendance", "rules", "progress", "inbox"] as const).find(
    (name) => below === PLACES[name].path || below.startsWith(`${PLACES[name].path}/`),
  );
  return closer ?? section;
}

function countOf(name: Section, figures: NavFigures | undefined): number {
  if (name === "auctions" || name === "identity" || name === "inbox") return figures?.[name] ?? 0;
  return 0;
}

const base = (view: View): string => `/g/${view.guild!.guild.slug}`;
