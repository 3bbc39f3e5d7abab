import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { LineChart } from "../../../web/chart.tsx";
import {
  ClassName,
  EmptyState,
  LinkButton,
  PageHeader,
  StatTile,
  Time,
} from "../../../web/components.tsx";
import { emptyForm, SelectField, TextField } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, Filters, withParams } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type { Alt, Pool, Standing, StandingsQuery, statement } from "../service.ts";
import { Amount, classLabel, PersonLink, PoolTabs, poolName, roleLabel } from "./parts.tsx";

type Statement = Awaited<ReturnType<typeof statement>>;

/** The standings: sorting, filters and page are in the address. */
export function StandingsPage(props: {
  view: View;
  page: Page<Standing> & { readonly pool: Pool };
  pools: readonly Pool[];
  alts: ReadonlyMap<string, readonly Alt[]>;
  query: Omit<StandingsQuery, "limit">;
}) {
  const { view, page, pools, alts, query } = props;
  const t = view.messages.dkp;
  const isFiltered = (query.class ?? query.role ?? query.q) !== undefined;
  const canAward = may(view.guild!, "points.award");
  return (
    <GuildLayout view={view} title={t.standings} section="standings">
      <PageHeader title={t.standings} lead={t.standingsLead}>
        {canAward && (
          <LinkButton look="primary" href={guildHref(view, awardPath(page.pool))}>
            {t.award}
          </LinkButton>
        )}
        {may(view.guild!, "ledger.view") &&
          view.guild!.guild.plan.features.includes("analytics") && (
            <LinkButton look="quiet" href={guildHref(view, "/analytics")}>
              {view.messages.analytics.title}
            </LinkButton>
          )}
        <LinkButton look="quiet" href={guildHref(view, "/dkp/pools")}>
          {t.rules}
        </LinkButton>
        <LinkButton look="quiet" href={csvHref(view)}>
          {t.csv}
        </LinkButton>
      </PageHeader>
      <PoolTabs view={view} pools={pools} current={page.pool} />
      <StandingsFilters view={view} query={query} />
      <DataTable
        caption={poolName(view, page.pool)}
        columns={columnsOf(view, page.pool, alts)}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        phone="lines"
        empty={<NoStandings view={view} isFiltered={isFiltered} />}
      />
    </GuildLayout>
  );
}

/** One person's account: the figures, the curve, and every change with the balance after it. */
export function StatementPage(props: {
  view: View;
  page: Statement;
  /** The latest changes, newest first, on every page. */
  latest: Statement["items"];
  pools: readonly Pool[];
  characters: readonly Alt[];
}) {
  const { view, page, latest, pools, characters } = props;
  const { account, pool } = page;
  const t = view.messages.dkp;
  const curve = latest.filter((line) => line.unit !== "gp").toReversed();
  return (
    <GuildLayout view={view} title={t.statementOf(account.name)} section="standings">
      <PageHeader title={account.name}>
        {may(view.guild!, "points.award") && account.balance > 0 && (
          <LinkButton
            href={guildHref(view, `/ledger/spend?pool=${pool.id}&person=${account.personId}`)}
          >
            {t.spend}
          </LinkButton>
        )}
        <LinkButton look="quiet" href={guildHref(view, `/roster/${account.personId}`)}>
          {view.messages.common.nav.roster}
        </LinkButton>
      </PageHeader>
      <PoolTabs view={view} pools={pools} current={pool} />
      {characters.length > 0 && <Characters view={view} characters={characters} />}
      <div class="grid">
        <StatTile label={pool.kind === "epgp" ? t.effort : t.balance}>
          <Amount view={view} amount={account.balance} pool={pool} />
        </StatTile>
        <StatTile label={t.earned}>
          <Amount view={view} amount={account.earned} pool={pool} />
        </StatTile>
        <StatTile label={pool.kind === "epgp" ? t.gear : t.spent}>
          <Amount view={view} amount={account.spent} pool={pool} />
        </StatTile>
      </div>
      <LineChart
        title={t.chart(account.name)}
        messages={view.messages}
        points={curve.map((line) => ({
          label: dayOf(view, line.effectiveAt),
          value: line.balance,
          text: line.balancePoints,
        }))}
      />
      <DataTable
        caption={t.statement}
        columns={linesOf(view, pool)}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        phone="lines"
        empty={<EmptyState title={t.noLinesTitle} text={t.noLines} />}
      />
    </GuildLayout>
  );
}

function columnsOf(
  view: View,
  pool: Pool,
  alts: ReadonlyMap<string, readonly Alt[]>,
): readonly Column<Standing>[] {
  const t = view.messages.dkp;
  const isEpgp = pool.kind === "epgp";
  const amount = (id: "balance" | "earned" | "spent", label: string): Column<Standing> => ({
    id,
    label,
    numeric: true,
    sort: id,
    cell: (row) => <Amount view={view} amount={row[id]} pool={pool} />,
  });
  const priority: Column<Standing> = {
    id: "priority",
    label: t.priority,
    numeric: true,
    sort: "priority",
    cell: (row) => <span class="num">{row.priority.toFixed(2)}</span>,
  };
  return [
    {
      id: "name",
      label: t.person,
      sort: "name",
      cell: (row) => (
        <Person view={view} row={row} pool={pool} alts={alts.get(row.personId) ?? []} />
      ),
    },
    {
      id: "class",
      label: t.class,
      cell: (row) => row.class && <ClassName id={row.class} name={classLabel(view, row.class)} />,
    },
    { id: "role", label: t.role, cell: (row) => row.role && roleLabel(view, row.role) },
    ...(isEpgp ? [priority] : []),
    amount("balance", isEpgp ? t.effort : t.balance),
    amount("earned", t.earned),
    amount("spent", isEpgp ? t.gear : t.spent),
    {
      id: "change",
      label: t.lastChange,
      cell: (row) =>
        row.lastChangeAt === null ? t.never : <When view={view} at={row.lastChangeAt} />,
    },
  ];
}

function Person(props: { view: View; row: Standing; pool: Pool; alts: readonly Alt[] }) {
  const { view, row, pool, alts } = props;
  // Visitors of a public guild see the balances, but not their history.
  const canOpen = may(view.guild!, "ledger.view");
  return (
    <>
      {canOpen ? (
        <PersonLink view={view} id={row.personId} name={row.name} pool={pool} />
      ) : (
        <span>{row.name}</span>
      )}
      {row.main !== null && row.main !== row.name && <span class="muted"> {row.main}</span>}
      {alts.length > 0 && (
        <details>
          <summary>{view.messages.dkp.alts(alts.length)}</summary>
          <Characters view={view} characters={alts} />
        </details>
      )}
    </>
  );
}

function Characters({ view, characters }: { view: View; characters: readonly Alt[] }) {
  return (
    <div class="row">
      {characters.map((one) => (
        <span>
          {one.name} <ClassName id={one.class} name={classLabel(view, one.class)} />
        </span>
      ))}
    </div>
  );
}

function linesOf(view: View, pool: Pool): readonly Column<Statement["items"][number]>[] {
  const t = view.messages.dkp;
  return [
    { id: "when", label: t.when, cell: (line) => <When view={view} at={line.effectiveAt} /> },
    {
      id: "reason",
      label: t.reason,
      cell: (line) => <a href={guildHref(view, `/ledger/${line.entryId}`)}>{line.reason}</a>,
    },
    {
      id: "kind",
      label: t.kind,
      cell: (line) =>
        line.reversedBy === null ? t.kinds[line.kind] : `${t.kinds[line.kind]} (${t.undone})`,
    },
    {
      id: "points",
      label: t.points,
      numeric: true,
      cell: (line) => (
        <>
          <Amount view={view} amount={line.amount} pool={pool} signed /> {t.units[line.unit]}
        </>
      ),
    },
    {
      id: "balance",
      label: t.balanceAfter,
      numeric: true,
      cell: (line) => <Amount view={view} amount={line.balance} pool={pool} />,
    },
  ];
}

function StandingsFilters({ view, query }: { view: View; query: Omit<StandingsQuery, "limit"> }) {
  const t = view.messages.dkp;
  const options = (names: Readonly<Record<string, string>>) => [
    { value: "", label: t.all },
    ...Object.entries(names).map(([value, label]) => ({ value, label })),
  ];
  return (
    <Filters url={view.url} messages={view.messages}>
      <TextField name="q" type="search" label={t.name} form={emptyForm} value={query.q ?? ""} />
      <SelectField
        name="class"
        label={t.class}
        form={emptyForm}
        options={options(t.classes)}
        value={query.class ?? ""}
      />
      <SelectField
        name="role"
        label={t.role}
        form={emptyForm}
        options={options(t.raidRoles)}
        value={query.role ?? ""}
      />
    </Filters>
  );
}

function NoStandings({ view, isFiltered }: { view: View; isFiltered: boolean }) {
  const t = view.messages.dkp;
  if (isFiltered) {
    const action = { href: view.url.pathname, label: t.noMatchAction };
    return <EmptyState title={t.noMatchTitle} text={t.noMatch} action={action} />;
  }
  const action = { href: guildHref(view, "/roster"), label: t.noPeopleAction };
  const canAdd = may(view.guild!, "roster.manage");
  const other =
    canAdd && may(view.guild!, "points.award")
      ? { other: { href: guildHref(view, "/imports"), label: view.messages.imports.bring } }
      : {};
  const actions = canAdd ? { action, ...other } : {};
  return <EmptyState title={t.noPeopleTitle} text={t.noPeople} {...actions} />;
}

function When({ view, at }: { view: View; at: number }) {
  return <Time at={at} timeZone={view.guild!.guild.timeZone} locale={view.locale} />;
}

function dayOf(view: View, at: number): string {
  const { timeZone } = view.guild!.guild;
  return new Intl.DateTimeFormat(view.locale, { dateStyle: "medium", timeZone }).format(at);
}

function csvHref(view: View): string {
  const here = withParams(view.url, { cursor: undefined });
  return here.replace(view.url.pathname, `${view.url.pathname}/export.csv`);
}

function awardPath(pool: Pool): string {
  return pool.isDefault ? "/ledger/award" : `/ledger/award?pool=${pool.id}`;
}
