import type { Child } from "hono/jsx";
import type { View } from "../http/view.ts";
import { GuildLayout, type Section } from "./layout.tsx";

/**
 * A page that follows the guild's events. Its parts (`data-part`, with an id) are fetched again when an
 * event of `topics` arrives. Without scripts it is an ordinary page.
 */
export function LivePage(props: {
  view: View;
  title: string;
  section: Section;
  /** The number of the latest event when the page was rendered. */
  seq: number;
  now: number;
  topics?: string;
  children?: Child;
}) {
  const { view, title, section, seq, now, topics, children } = props;
  const t = view.messages.auctions;
  const { slug } = view.guild!.guild;
  const words = {
    ...t.connection,
    closing: t.closing,
    ended: t.ended,
    beaten: t.outbid,
    outbid: t.announceOutbid("%1", "%2"),
    lead: t.announceLead("%1"),
    over: t.announceOver("%1"),
    youLead: t.youLead,
    leads: t.leads,
    nameless: t.nameless,
    bids: [t.bidCount(1), t.bidCount(2).replace("2", "%1")],
    extended: t.extended(1).replace("1", "%1"),
  };
  return (
    <GuildLayout view={view} title={title} section={section}>
      <div
        class="stack"
        data-follow={`/api/g/${slug}/events?after=${seq}`}
        data-now={now}
        data-topics={topics}
        data-words={JSON.stringify(words)}
      >
        <p class="visually-hidden" aria-live="polite" data-say="polite"></p>
        <p class="visually-hidden" aria-live="assertive" data-say="assertive"></p>
        {children}
      </div>
    </GuildLayout>
  );
}

/** Shows whether the page is connected. Without scripts it shows nothing. */
export function Lamp({ view }: { view: View }) {
  return (
    <span class="status-dot" data-connection="" hidden>
      {view.messages.auctions.connection.live}
    </span>
  );
}
