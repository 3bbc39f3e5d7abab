import type { View } from "../../../http/view.ts";
import { limits } from "../../../limits.ts";
import { EmptyState, LinkButton, PageHeader } from "../../../web/components.tsx";
import { emptyForm, SelectField, TextField } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { Filters, withParams } from "../../../web/tables.tsx";
import type { AttendanceGrid, GridPerson, Mark, RaidTeam } from "../service.ts";

const SIGNS: Readonly<Record<Mark, string>> = {
  present: "✓",
  late: "◔",
  bench: "◇",
  absent: "✕",
  exempt: "–",
  none: "",
};

interface Props {
  readonly view: View;
  readonly grid: AttendanceGrid;
  readonly teams: readonly RaidTeam[];
  readonly filters: {
    readonly team?: string | undefined;
    readonly from?: string | undefined;
    readonly until?: string | undefined;
    readonly skip: number;
  };
}

/** People by raids. The table scrolls in its own frame, so that the page fits a phone. */
export function GridPage(props: Props) {
  const { view, grid } = props;
  const t = view.messages.raids;
  const file = (ending: string) =>
    withParams(new URL(`${view.url.pathname}.${ending}${view.url.search}`, view.url), {
      cursor: undefined,
      skip: undefined,
    });
  return (
    <GuildLayout view={view} title={`${t.attendance}: ${t.grid}`} section="raids">
      <PageHeader title={`${t.attendance}: ${t.grid}`} lead={t.gridLead}>
        <LinkButton href={guildHref(view, "/raids/attendance")}>{t.attendance}</LinkButton>
        <LinkButton look="quiet" href={file("csv")}>
          {t.csv}
        </LinkButton>
        <LinkButton look="quiet" href={file("json")}>
          {t.json}
        </LinkButton>
      </PageHeader>
      <GridFilters {...props} />
      {grid.raids.length === 0 || grid.items.length === 0 ? (
        <EmptyState icon="raids" title={t.noGrid} text={t.noGridText} />
      ) : (
        <>
          <Columns {...props} />
          <Grid {...props} />
        </>
      )}
      {grid.next && (
        <p>
          <a class="button secondary" rel="next" href={withParams(view.url, { cursor: grid.next })}>
            {view.messages.common.next}
          </a>
        </p>
      )}
    </GuildLayout>
  );
}

function GridFilters({ view, teams, filters }: Props) {
  const t = view.messages.raids;
  return (
    <Filters url={view.url} messages={view.messages}>
      <TextField
        name="from"
        type="date"
        label={t.from}
        form={emptyForm}
        value={filters.from ?? ""}
      />
      <TextField
        name="until"
        type="date"
        label={t.until}
        form={emptyForm}
        value={filters.until ?? ""}
      />
      {teams.length > 0 && (
        <SelectField
          name="team"
          label={t.team}
          form={emptyForm}
          value={filters.team ?? ""}
          options={[
            { value: "", label: t.everyone },
            ...teams.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
    </Filters>
  );
}

/** Links to the columns of earlier and later raids. */
function Columns({ view, grid, filters }: Props) {
  const t = view.messages.raids;
  const { skip } = filters;
  const width = grid.raids.length;
  const to = (raids: number) =>
    withParams(view.url, { skip: raids > 0 ? String(raids) : undefined });
  return (
    <p class="row">
      {skip + width < grid.raidCount && (
        <LinkButton href={to(skip + width)}>{t.olderRaids}</LinkButton>
      )}
      {skip > 0 && <LinkButton href={to(skip - limits.raids.gridRaids)}>{t.newerRaids}</LinkButton>}
    </p>
  );
}

function Grid({ view, grid, filters }: Props) {
  const t = view.messages.raids;
  const { timeZone } = view.guild!.guild;
  const day = new Intl.DateTimeFormat(view.locale, { day: "numeric", month: "short", timeZone });
  const caption = t.gridCaption(filters.skip + 1, filters.skip + grid.raids.length, grid.raidCount);
  return (
    <>
      {/* Readers scroll the frame by keys, so it takes the focus. */}
      <section class="table-wrap" tabindex={0} aria-label={caption}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{t.name}</th>
              <th scope="col" class="num">
                {t.share}
              </th>
              {grid.raids.map(({ id, name, startsAt }) => (
                <th scope="col">
                  <a href={guildHref(view, `/raids/${id}`)} title={name}>
                    {day.format(startsAt)}
                    <span class="visually-hidden"> {name}</span>
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.items.map((person) => (
              <Line view={view} person={person} />
            ))}
          </tbody>
        </table>
      </section>
      <p class="muted">
        {(Object.keys(SIGNS) as Mark[])
          .filter((mark) => SIGNS[mark] !== "")
          .map((mark) => `${SIGNS[mark]} ${t.gridMarks[mark]}`)
          .join(" · ")}
      </p>
    </>
  );
}

function Line({ view, person }: { view: View; person: GridPerson }) {
  const t = view.messages.raids;
  return (
    <tr>
      <th scope="row">
        <a href={guildHref(view, `/standings/${person.personId}`)}>{person.name}</a>
      </th>
      <td class="num">{person.percent === null ? "–" : `${person.percent} %`}</td>
      {person.marks.map((mark) => (
        <td title={t.gridMarks[mark]}>
          <span aria-hidden="true">{SIGNS[mark]}</span>
          <span class="visually-hidden">{t.gridMarks[mark]}</span>
        </td>
      ))}
    </tr>
  );
}
