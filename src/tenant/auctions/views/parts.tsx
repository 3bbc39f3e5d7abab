import type { View } from "../../../http/view.ts";
import { Badge } from "../../../web/components.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { fieldPoints } from "../../dkp/points.ts";
import { Amount } from "../../dkp/views/parts.tsx";
import { hasOnePrice } from "../rules.ts";
import type { AuctionView, Bid } from "../service.ts";

/** Item, time left, leader and amount, and the form to bid. */
export function AuctionCard({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  return (
    <section
      class="card auction"
      id={`auction-${auction.id}`}
      data-auction={auction.id}
      data-part=""
      data-item={auction.itemName}
      data-status={auction.status}
      data-leading={leads(auction) ? "yes" : "no"}
    >
      <header>
        <h2>
          <a href={guildHref(view, `/auctions/${auction.id}`)}>{auction.itemName}</a>
        </h2>
        <span class="row">
          <Badge>{t.modes[auction.mode]}</Badge>
          {auction.copies > 1 && <Badge>{`×${auction.copies}`}</Badge>}
        </span>
      </header>
      <Countdown view={view} auction={auction} />
      <Standing view={view} auction={auction} />
      <BidForm view={view} auction={auction} />
    </section>
  );
}

export function leads(auction: AuctionView): boolean {
  return auction.leaders.some((bid) => bid.isOwn);
}

/** The closing time; with scripts a countdown by the server's clock. */
export function Countdown({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  const { timeZone } = view.guild!.guild;
  const at = new Intl.DateTimeFormat(view.locale, {
    timeStyle: "medium",
    dateStyle: "short",
    timeZone,
  }).format(auction.closesAt);
  return (
    <p class="countdown">
      <span class="muted">{t.endsAt} </span>
      <time
        data-closes={auction.closesAt}
        datetime={new Date(auction.closesAt).toISOString()}
        title={`${at} (${timeZone})`}
      >
        {at}
      </time>
      <span class="extended" data-extended="">
        {auction.extensions > 0 ? t.extended(auction.extensions) : ""}
      </span>
    </p>
  );
}

/** The current leader, as far as the mode shows it. */
export function Standing({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  const [top] = auction.leaders;
  if (auction.bidCount === null) return <p class="muted">{t.secret}</p>;
  if (hasOnePrice(auction.mode)) {
    return (
      <p class="standing">
        <strong class="price">
          <Amount view={view} amount={auction.minimum} pool={auction.pool} />
        </strong>{" "}
        <span data-count="">{t.bidCount(auction.bidCount)}</span>
      </p>
    );
  }
  return (
    <p class="standing">
      <strong class="price" data-price="">
        {top ? <Amount view={view} amount={top.value} pool={auction.pool} /> : "–"}
      </strong>{" "}
      <span data-leader="">{top ? leaderText(view, top) : t.noBids}</span>{" "}
      <span class="muted" data-count="">
        {auction.bidCount > 0 ? t.bidCount(auction.bidCount) : ""}
      </span>
    </p>
  );
}

function leaderText(view: View, bid: Bid): string {
  const t = view.messages.auctions;
  if (bid.isOwn) return t.youLead;
  return `${bid.personName ?? t.nameless} ${t.leads}`;
}

/** A form with one field. Its key turns a form that is sent twice into one bid. */
export function BidForm({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  const { funds, pool, own } = auction;
  if (view.guild!.actor.type !== "user" || auction.status !== "open") return null;
  if (funds === undefined) return <p class="muted">{t.onlyRoster}</p>;
  const spec = own?.spec ?? "main";
  const least = auction.nextMinimum[spec];
  const most = funds.most === null ? (auction.maximum ?? null) : capped(auction, funds.most);
  const onePrice = hasOnePrice(auction.mode);
  return (
    <form
      class="bid"
      method="post"
      action={guildHref(view, `/auctions/${auction.id}/bids`)}
      data-bid=""
    >
      <input type="hidden" name="key" value={crypto.randomUUID()} />
      <input type="hidden" name="from" value={view.path} />
      {!onePrice && <PointsField view={view} auction={auction} least={least} most={most} />}
      {auction.allowsOffSpec && own?.spec !== "main" ? (
        <label class="field">
          <span>{t.spec}</span>
          <select name="spec">
            <option value="main">{t.specs.main}</option>
            <option value="off" selected={own?.spec === "off"}>
              {t.specs.off}
            </option>
          </select>
        </label>
      ) : null}
      <button type="submit" class="button primary wide">
        {onePrice ? t.want : t.bid}
      </button>
      <p class="bid-result" data-result="" role="status">
        {own && (
          <>
            {t.yourBid}: <Amount view={view} amount={own.value} pool={pool} /> · {t.specs[own.spec]}
          </>
        )}
      </p>
      {!onePrice && (
        <p class="muted funds">
          {t.lowest} <Amount view={view} amount={least} pool={pool} /> · {t.most}{" "}
          {most === null ? t.noMaximum : <Amount view={view} amount={most} pool={pool} />}
          {funds.heldElsewhere > 0 && (
            <>
              {" · "}
              {t.held} <Amount view={view} amount={funds.heldElsewhere} pool={pool} />
            </>
          )}
        </p>
      )}
    </form>
  );
}

function PointsField(props: {
  view: View;
  auction: AuctionView;
  /** The lowest and the highest bid that the caller can make, in minor units. */
  least: number;
  most: number | null;
}) {
  const { view, auction, least, most } = props;
  const t = view.messages.auctions;
  const plain = (amount: number) => fieldPoints(amount, auction.pool.decimals, view.locale);
  return (
    <div class="field">
      <label for={`points-${auction.id}`}>{t.yourBid}</label>
      <div class="row">
        <input
          id={`points-${auction.id}`}
          name="points"
          inputmode="decimal"
          autocomplete="off"
          maxlength={40}
          value={plain(most !== null && most >= auction.minimum ? Math.min(least, most) : least)}
        />
        {most !== null && most > 0 && (
          <button type="button" class="button quiet" data-set={plain(most)} hidden>
            {t.allIn}
          </button>
        )}
      </div>
    </div>
  );
}

function capped(auction: AuctionView, most: number): number {
  return auction.maximum === null ? most : Math.min(most, auction.maximum);
}

/** A sentence for each rule that not every auction has. */
export function RuleSentences({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  const { rules, passCount } = auction;
  const said = (["presentOnly", "allowsMinimum", "endsWhenPassed"] as const).filter(
    (rule) => rules[rule] === true,
  );
  return (
    <>
      {said.length > 0 && <dt>{t.rules}</dt>}
      {said.map((rule) => (
        <dd>{t[rule]}</dd>
      ))}
      {passCount !== null && passCount > 0 && <dd>{t.passCount(passCount)}</dd>}
    </>
  );
}
