import type { View } from "../../../http/view.ts";
import {
  Badge,
  Button,
  ButtonForm,
  ClassName,
  EmptyState,
  LinkButton,
  PageHeader,
  Section,
  Time,
} from "../../../web/components.tsx";
import { Form, type FormState, TextField } from "../../../web/forms.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { Lamp, LivePage } from "../../../web/live-page.tsx";
import { DataTable } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import { Amount, classLabel } from "../../dkp/views/parts.tsx";
import { isAscending } from "../rules.ts";
import type { AuctionView, Bid } from "../service.ts";
import { AuctionCard, BidForm, Countdown, leads, RuleSentences, Standing } from "./parts.tsx";

interface Live {
  readonly view: View;
  readonly seq: number;
  readonly now: number;
}

/** Open and past auctions. */
export function AuctionsPage(
  props: Live & {
    readonly open: readonly AuctionView[];
    readonly past: readonly AuctionView[];
    readonly next: string | undefined;
  },
) {
  const { view, open, past, next } = props;
  const t = view.messages.auctions;
  const mayRun = may(view.guild!, "auctions.run");
  return (
    <LivePage {...props} title={t.title} section="auctions">
      <PageHeader title={t.title} lead={t.lead}>
        <Lamp view={view} />
        {mayRun && (
          <LinkButton look="primary" href={guildHref(view, "/auctions/new")}>
            {t.start}
          </LinkButton>
        )}
      </PageHeader>
      <div id="auctions-open" data-part="" data-list="">
        {open.length === 0 ? (
          <EmptyState icon="auctions" title={t.none} text={mayRun ? t.noneYours : t.noneText} />
        ) : (
          <div class="grid auctions">
            {open.map((auction) => (
              <AuctionCard view={view} auction={auction} />
            ))}
          </div>
        )}
      </div>
      {past.length > 0 && (
        <Section title={t.past}>
          <p>
            <LinkButton look="quiet" href={guildHref(view, "/auctions/export.csv")}>
              {view.messages.raids.csv}
            </LinkButton>
          </p>
          <DataTable
            caption={t.pastCaption}
            rows={past}
            url={view.url}
            messages={view.messages}
            next={next}
            empty={null}
            columns={[
              {
                id: "item",
                label: t.item,
                cell: (row) => <a href={guildHref(view, `/auctions/${row.id}`)}>{row.itemName}</a>,
              },
              {
                id: "result",
                label: t.results,
                cell: (row) => <Result view={view} auction={row} />,
              },
              { id: "mode", label: t.mode, cell: (row) => t.modes[row.mode] },
              {
                id: "when",
                label: t.when,
                cell: (row) => <Moment view={view} at={row.settledAt ?? row.closesAt} />,
              },
            ]}
          />
        </Section>
      )}
    </LivePage>
  );
}

/** One auction with its bids and terms, and the actions of officers. */
export function AuctionPage(
  props: Live & { readonly auction: AuctionView; readonly form: FormState },
) {
  const { view, auction, form } = props;
  const t = view.messages.auctions;
  const isOpen = auction.status === "open";
  return (
    <LivePage {...props} title={auction.itemName} section="auctions">
      <PageHeader title={auction.itemName} lead={leadOf(view, auction)}>
        <Badge>{t.modes[auction.mode]}</Badge>
        {isOpen && <Lamp view={view} />}
      </PageHeader>
      {form.detail !== undefined && (
        <div class="error-summary" role="alert" tabindex={-1} autofocus>
          <strong>{form.detail}</strong>
        </div>
      )}
      <section
        class="card auction"
        id={`auction-${auction.id}`}
        data-auction={auction.id}
        data-part=""
        data-item={auction.itemName}
        data-status={auction.status}
        data-leading={leads(auction) ? "yes" : "no"}
      >
        {isOpen ? (
          <>
            <Countdown view={view} auction={auction} />
            <Standing view={view} auction={auction} />
            <BidForm view={view} auction={auction} />
            <Pass view={view} auction={auction} />
            {auction.own && !isAscending(auction.mode) && (
              <ButtonForm
                look="quiet"
                action={guildHref(view, `/auctions/${auction.id}/retraction`)}
              >
                {t.retract}
              </ButtonForm>
            )}
          </>
        ) : (
          <>
            <h2>{t.results}</h2>
            <Result view={view} auction={auction} />
          </>
        )}
      </section>
      <div id="auction-bids" data-part="">
        <Bids view={view} auction={auction} />
      </div>
      <Terms view={view} auction={auction} />
      {auction.seed !== null && auction.bids.some((bid) => bid.rolls !== null) && (
        <Seed view={view} auction={auction} />
      )}
      <div id="auction-manage" data-part="">
        {may(view.guild!, "auctions.run") && <Manage view={view} auction={auction} />}
      </div>
    </LivePage>
  );
}

function leadOf(view: View, auction: AuctionView): string {
  const t = view.messages.auctions;
  const classes = auction.classes?.map((id) => classLabel(view, id)).join(", ");
  return [auction.boss, classes && t.forClasses(classes), auction.note].filter(Boolean).join(" · ");
}

/** The winner and the price, or the reason why there is no winner. */
function Result({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  if (auction.status === "void") return <>{t.canceled(auction.voidReason ?? "")}</>;
  if (auction.status === "open") return <>{t.closing}</>;
  if (auction.loot.length === 0) return <>{t.unsold}</>;
  return (
    <ul class="plain">
      {auction.loot.map((won) => (
        <li>
          <strong>{won.personName}</strong>{" "}
          {won.txId === null ? (
            <Amount view={view} amount={won.price} pool={auction.pool} />
          ) : (
            <a href={guildHref(view, `/ledger/${won.txId}`)}>
              <Amount view={view} amount={won.price} pool={auction.pool} />
            </a>
          )}{" "}
          {won.isReverted && <Badge look="bad">{t.undone}</Badge>}
        </li>
      ))}
    </ul>
  );
}

/** The button to pass, for people who may bid and do not lead. */
function Pass({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  if (auction.funds === undefined || leads(auction)) return null;
  if (auction.hasPassed) return <p class="muted">{t.passed}</p>;
  return (
    <ButtonForm look="quiet" action={guildHref(view, `/auctions/${auction.id}/pass`)}>
      {t.pass}
    </ButtonForm>
  );
}

function Bids({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  if (auction.bidCount === null && auction.bids.length === 0) return null;
  const nameOf = (bid: Bid) => bid.personName ?? t.nameless;
  const hasRolls = auction.bids.some((bid) => bid.rolls !== null);
  return (
    <Section title={t.bids}>
      <DataTable
        caption={t.bidsCaption}
        rows={auction.bids}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noBids}</p>}
        columns={[
          {
            id: "who",
            label: t.who,
            cell: (bid) =>
              bid.class === null ? (
                nameOf(bid)
              ) : (
                <>
                  {nameOf(bid)}{" "}
                  <span class="under muted">
                    <ClassName id={bid.class} name={classLabel(view, bid.class)} />
                  </span>
                </>
              ),
          },
          {
            id: "value",
            label: t.value,
            numeric: true,
            cell: (bid) => <Amount view={view} amount={bid.value} pool={auction.pool} />,
          },
          { id: "spec", label: t.spec, cell: (bid) => t.specs[bid.spec] },
          { id: "state", label: t.state, cell: (bid) => t.states[bid.state] },
          ...(hasRolls
            ? [
                {
                  id: "rolls",
                  label: t.rolls,
                  cell: (bid: Bid) => bid.rolls?.join(", ") ?? "",
                },
              ]
            : []),
          { id: "when", label: t.when, cell: (bid) => <Moment view={view} at={bid.at} /> },
        ]}
      />
    </Section>
  );
}

function Terms({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  const { pool } = auction;
  return (
    <details class="card">
      <summary>{t.terms}</summary>
      <dl class="facts">
        <dt>{t.mode}</dt>
        <dd>{t.modeHints[auction.mode]}</dd>
        <dt>{t.minimum}</dt>
        <dd>
          <Amount view={view} amount={auction.minimum} pool={pool} />
        </dd>
        {isAscending(auction.mode) && (
          <>
            <dt>{t.increment}</dt>
            <dd>
              {auction.increments.map(({ from, by }, index) => (
                <>
                  {index > 0 && " · "}
                  <Amount view={view} amount={by} pool={pool} />
                  {from > 0 && (
                    <>
                      {" ≥ "}
                      <Amount view={view} amount={from} pool={pool} />
                    </>
                  )}
                </>
              ))}
            </dd>
          </>
        )}
        {auction.rules.price && (
          <>
            <dt>{t.priceRule}</dt>
            <dd>{t.priceRules[auction.rules.price]}</dd>
          </>
        )}
        <dt>{t.tieBreak}</dt>
        <dd>{t.tieBreaks[auction.tieBreak]}</dd>
        <RuleSentences view={view} auction={auction} />
        <dt>{t.end}</dt>
        <dd>
          <Moment view={view} at={auction.closesAt} />
        </dd>
        <dt>{t.seedHash}</dt>
        <dd>
          <code>{auction.seedHash}</code>
        </dd>
      </dl>
      {auction.reopens && (
        <a href={guildHref(view, `/auctions/${auction.reopens}`)}>{t.seeFirst}</a>
      )}
      {auction.reopenedBy && (
        <a href={guildHref(view, `/auctions/${auction.reopenedBy}`)}>{t.seeReopened}</a>
      )}
    </details>
  );
}

function Seed({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  return (
    <details class="card">
      <summary>{t.seed}</summary>
      <p>{t.seedText}</p>
      <dl class="facts">
        <dt>{t.seedHash}</dt>
        <dd>
          <code>{auction.seedHash}</code>
        </dd>
        <dt>{t.seedValue}</dt>
        <dd>
          <code>{auction.seed}</code>
        </dd>
      </dl>
    </details>
  );
}

function Manage({ view, auction }: { view: View; auction: AuctionView }) {
  const t = view.messages.auctions;
  const form = { values: {}, errors: {} };
  if (auction.status === "open") {
    return (
      <details class="card" id="auction-cancel">
        <summary>{t.cancel}</summary>
        <p class="muted">{t.cancelLead}</p>
        <Form
          form={form}
          messages={view.messages}
          action={guildHref(view, `/auctions/${auction.id}/cancellation`)}
        >
          <TextField name="reason" label={t.reason} form={form} maxlength={200} required />
          <Button look="danger">{t.cancel}</Button>
        </Form>
      </details>
    );
  }
  if (auction.reopenedBy !== null) return null;
  return (
    <details class="card" id="auction-reopen">
      <summary>{t.reopen}</summary>
      <p class="muted">{t.reopenLead}</p>
      <Form
        form={form}
        messages={view.messages}
        action={guildHref(view, `/auctions/${auction.id}/reopening`)}
      >
        <TextField
          name="minutes"
          label={t.minutes}
          form={form}
          inputmode="decimal"
          value="2"
          required
        />
        <Button look="danger">{t.reopen}</Button>
      </Form>
    </details>
  );
}

function Moment({ view, at }: { view: View; at: number }) {
  return <Time at={at} timeZone={view.guild!.guild.timeZone} locale={view.locale} />;
}
