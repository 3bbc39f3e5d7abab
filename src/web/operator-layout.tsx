import type { Area } from "../kernel/areas.ts";
import type { Messages } from "./i18n/index.ts";
import type { IconName } from "./icons.tsx";
import { Document, type PageProps } from "./layout.tsx";
import { type NavItem, SectionNav } from "./section-nav.tsx";

export type OperatorSection = keyof Messages["operator"]["nav"];

/** The console's sections in order. A new section is one line here. */
const SECTIONS: readonly (readonly [
  section: OperatorSection,
  path: string,
  icon: IconName,
  area: Area | undefined,
])[] = [
  ["overview", "", "home", undefined],
  ["guilds", "/guilds", "guilds", "guilds"],
  ["statistics", "/statistics", "logs", "guilds"],
  ["usage", "/usage", "fast", "guilds"],
  ["accounts", "/accounts", "members", "accounts"],
  ["fleet", "/fleet", "raids", "fleet"],
  ["jobs", "/jobs", "ledger", "jobs"],
  ["outbox", "/outbox", "auctions", "jobs"],
  ["backups", "/backups", "loot", "backups"],
  ["plans", "/plans", "standings", "plans"],
  ["audit", "/audit", "audit", "audit"],
  ["configuration", "/configuration", "settings", "configuration"],
  ["impersonate", "/impersonations", "roster", "impersonate"],
];

/** A page of the operators' console, with the sections of this operator's areas. */
export function OperatorLayout(props: PageProps & { readonly section: OperatorSection }) {
  const { view, title, section, children } = props;
  const t = view.messages.operator;
  const areas = view.caller.type === "user" ? (view.caller.operates ?? []) : [];
  const items: readonly NavItem[] = SECTIONS.filter(
    ([, , , area]) => area === undefined || areas.includes(area),
  ).map(([name, path, icon]) => ({
    href: `/operator${path}`,
    label: t.nav[name],
    icon,
    isOpen: name === section,
  }));
  const nav = <SectionNav label={t.title} items={items} more={view.messages.common.more} />;
  return (
    <Document {...props} title={`${title} · ${t.title}`} look="" nav={nav}>
      {children}
    </Document>
  );
}
