import type { View } from "../../../http/view.ts";
import { LinkButton } from "../../../web/components.tsx";
import { guildHref } from "../../../web/layout.tsx";
import type { FightRow } from "../queries.ts";

/** Links from a report to what else is known of it. */
export function ReportLinks(props: { view: View; reportId: string; fights: readonly FightRow[] }) {
  const { view, reportId, fights } = props;
  const t = view.messages.logs;
  const link = (path: string, label: string) => (
    <LinkButton look="quiet" href={guildHref(view, `/logs/${reportId}/${path}`)}>
      {label}
    </LinkButton>
  );
  return (
    <>
      {link("fights.csv", t.csv)}
      {fights.length > 0 && link("participants", t.participants)}
      {fights.some(({ outcome }) => outcome === "wipe") && link("wipes", t.wipes)}
    </>
  );
}
