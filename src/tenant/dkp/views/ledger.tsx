import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import {
  Badge,
  EmptyState,
  LinkButton,
  Notice,
  PageHeader,
  Time,
} from "../../../web/components.tsx";
import { emptyForm, SelectField } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, Filters } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type {
  Difference,
  Entry,
  EntryPosting,
  EntrySummary,
  LedgerQuery,
  Pool,
  Standing,
  Verification,
} from "../service.ts";
import { Amount, authorOf, PersonLink, PoolTabs, poolName } from "./parts.tsx";

const KINDS = ["award", "spend", "adjust", "reversal", "transfer"] as const;

/** The ledger as a file, and the check of its sums. */
function FileLinks({ view, toPool }: { view: View; toPool: string }) {
  const t = view.messages.dkp;
  return (
    <>
      <LinkButton look="quiet" href={guildHref(view, `/ledger/export.csv${toPool}`)}>
        {t.csv}
      </LinkButton>
      {may(view.guild!, "loot.view") && (
        <LinkButton look="quiet" href={guildHref(view, "/exports")}>
          {view.messages.exports.title}
        </LinkButton>
      )}
      <LinkButton look="quiet" href={guildHref(view, "/ledger/verification")}>
        {t.verify}
      </LinkButton>
    </>
  );
}

/** Every entry of one pool, newest first. */
export function LedgerPage(props: {
  view: View;
  page: Page<EntrySummary> & { readonly pool: Pool };
  pools: readonly Pool[];
  people: readonly Standing[];
  query: Omit<LedgerQuery, "limit">;
}) {
  const { view, page, pools, people, query } = props;
  const t = view.messages.dkp;
  const toPool = page.pool.isDefault ? "" : `?pool=${page.pool.id}`;
  const canAward = may(view.guild!, "points.award");
  return (
    <GuildLayout view={view} title={t.ledger} section="ledger">
      <PageHeader title={t.ledger} lead={t.ledgerLead}>
        {canAward && (
          <LinkButton look="primary" href={guildHref(view, `/ledger/award${toPool}`)}>
            {t.award}
          </LinkButton>
        )}
        {canAward && (
          <LinkButton href={guildHref(view, `/ledger/spend${toPool}`)}>{t.spend}</LinkButton>
        )}
        {canAward && (
          <LinkButton href={guildHref(view, `/ledger/adjust${toPool}`)}>{t.adjust}</LinkButton>
        )}
        <FileLinks view={view} toPool={toPool} />
        {canAward && may(view.guild!, "roster.manage") && (
          <LinkButton look="quiet" href={guildHref(view, "/imports")}>
            {view.messages.imports.title}
          </LinkButton>
        )}
      </PageHeader>
      <PoolTabs view={view} pools={pools} current={page.pool} />
      <Filters url={view.url} messages={view.messages}>
        <SelectField
          name="kind"
          label={t.kind}
          form={emptyForm}
          value={query.kind ?? ""}
          options={[
            { value: "", label: t.all },
            ...KINDS.map((kind) => ({ value: kind, label: t.kinds[kind] })),
          ]}
        />
        <SelectField
          name="person"
          label={t.person}
          form={emptyForm}
          value={query.person ?? ""}
          options={[
            { value: "", label: t.all },
            ...people.map((one) => ({ value: one.personId, label: one.name })),
          ]}
        />
      </Filters>
      <DataTable
        caption={poolName(view, page.pool)}
        columns={entryColumns(view, page.pool)}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        phone="lines"
        empty={<EmptyState title={t.noEntriesTitle} text={t.noEntries} />}
      />
    </GuildLayout>
  );
}

/** One entry with all its lines. */
export function EntryPage({ view, entry }: { view: View; entry: Entry }) {
  const t = view.messages.dkp;
  const canUndo =
    entry.reversedBy === null && entry.kind !== "reversal" && entry.kind !== "transfer";
  return (
    <GuildLayout view={view} title={t.entry(entry.seq)} section="ledger">
      <PageHeader title={entry.reason} lead={`${t.entry(entry.seq)} · ${t.kinds[entry.kind]}`}>
        {canUndo && may(view.guild!, "points.award") && (
          <LinkButton look="danger" href={guildHref(view, `/ledger/${entry.id}/reversal`)}>
            {t.undo}
          </LinkButton>
        )}
      </PageHeader>
      {entry.reverses && (
        <p>
          <a href={guildHref(view, `/ledger/${entry.reverses}`)}>{t.seeUndone}</a>
        </p>
      )}
      {entry.reversedBy && (
        <p>
          <Badge look="bad">{t.undone}</Badge>{" "}
          <a href={guildHref(view, `/ledger/${entry.reversedBy}`)}>{t.seeUndo}</a>
        </p>
      )}
      <dl class="facts">
        <dt>{t.when}</dt>
        <dd>{moment(view, entry.effectiveAt)}</dd>
        <dt>{t.recorded}</dt>
        <dd>{moment(view, entry.recordedAt)}</dd>
        <dt>{t.by}</dt>
        <dd>{authorOf(view, entry)}</dd>
      </dl>
      <DataTable
        caption={t.postings}
        columns={postingColumns(view, entry)}
        rows={entry.postings}
        url={view.url}
        messages={view.messages}
        empty={null}
      />
    </GuildLayout>
  );
}

/** The result of comparing the balances with their history. */
export function VerificationPage({ view, found }: { view: View; found: Verification }) {
  const t = view.messages.dkp;
  return (
    <GuildLayout view={view} title={t.verification} section="ledger">
      <PageHeader title={t.verification} lead={t.verifyLead}>
        <LinkButton href={guildHref(view, "/ledger/verification")}>{t.verify}</LinkButton>
      </PageHeader>
      <Notice look={found.isRight ? "good" : "bad"}>
        {found.isRight
          ? t.verifyRight(found.entries, found.balances)
          : t.verifyWrong(found.differences.length)}
      </Notice>
      <DataTable<Difference>
        caption={t.verification}
        columns={[
          { id: "check", label: t.check, cell: (row) => t.checks[row.check] },
          { id: "subject", label: t.subject, cell: (row) => <code>{row.subject}</code> },
          { id: "expected", label: t.expected, numeric: true, cell: (row) => row.expected },
          { id: "actual", label: t.actual, numeric: true, cell: (row) => row.actual },
        ]}
        rows={found.differences}
        url={view.url}
        messages={view.messages}
        empty={null}
      />
    </GuildLayout>
  );
}

function entryColumns(view: View, pool: Pool): readonly Column<EntrySummary>[] {
  const t = view.messages.dkp;
  return [
    { id: "seq", label: t.number, numeric: true, cell: (row) => String(row.seq) },
    { id: "when", label: t.when, cell: (row) => moment(view, row.effectiveAt) },
    {
      id: "reason",
      label: t.reason,
      card: "title",
      cell: (row) => <a href={guildHref(view, `/ledger/${row.id}`)}>{row.reason}</a>,
    },
    {
      id: "kind",
      label: t.kind,
      cell: (row) => (
        <>
          {t.kinds[row.kind]} {row.reversedBy && <Badge look="bad">{t.undone}</Badge>}
        </>
      ),
    },
    {
      id: "people",
      label: t.people,
      cell: (row) =>
        row.people > 1 ? t.andOthers(row.personName ?? "", row.people - 1) : row.personName,
    },
    {
      id: "points",
      label: t.points,
      numeric: true,
      cell: (row) => (
        <>
          <Amount view={view} amount={row.amount} pool={pool} signed /> {t.units[row.unit]}
        </>
      ),
    },
    { id: "by", label: t.by, cell: (row) => authorOf(view, row) },
  ];
}

function postingColumns(view: View, entry: Entry): readonly Column<EntryPosting>[] {
  const t = view.messages.dkp;
  return [
    {
      id: "account",
      label: t.account,
      cell: (line) =>
        line.personId === null ? (
          t.accounts[line.account]
        ) : (
          <PersonLink
            view={view}
            id={line.personId}
            name={line.personName ?? ""}
            pool={undefined}
          />
        ),
    },
    {
      id: "points",
      label: t.points,
      numeric: true,
      cell: (line) => (
        <>
          <Amount view={view} amount={line.amount} pool={entry} signed /> {t.units[line.unit]}
        </>
      ),
    },
  ];
}

function moment(view: View, at: number) {
  return <Time at={at} timeZone={view.guild!.guild.timeZone} locale={view.locale} />;
}
