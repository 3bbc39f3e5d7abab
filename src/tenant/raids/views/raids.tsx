import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { limits } from "../../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  ClassName,
  EmptyState,
  LinkButton,
  PageHeader,
  Section,
  TimeRange,
} from "../../../web/components.tsx";
import {
  Checkbox,
  CheckboxField,
  Form,
  type FormState,
  SelectField,
  TextField,
} from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type { Pool } from "../../dkp/service.ts";
import { classLabel, poolName } from "../../dkp/views/parts.tsx";
import type { AttendanceRow, Raid, RaidTeam, Series } from "../service.ts";

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** Planned, running and past raids. */
export function RaidsPage(props: {
  view: View;
  coming: readonly Raid[];
  nextComing: string | undefined;
  overdue: readonly Raid[];
  nextOverdue: string | undefined;
  past: readonly Raid[];
  next: string | undefined;
  series: readonly Series[];
}) {
  const { view, coming, nextComing, overdue, nextOverdue, past, next, series } = props;
  const t = view.messages.raids;
  const mayManage = may(view.guild!, "raids.manage");
  return (
    <GuildLayout view={view} title={t.title} section="raids">
      <PageHeader title={t.title} lead={t.lead}>
        {mayManage && (
          <LinkButton look="primary" href={guildHref(view, "/raids/new")}>
            {t.plan}
          </LinkButton>
        )}
        <LinkButton href={guildHref(view, "/raids/attendance")}>{t.attendance}</LinkButton>
        {mayManage && <LinkButton href={guildHref(view, "/raids/teams")}>{t.teams}</LinkButton>}
      </PageHeader>
      <DataTable
        caption={t.comingCaption}
        rows={coming}
        phone="lines"
        url={view.url}
        messages={view.messages}
        columns={columnsOf(view)}
        empty={
          <EmptyState
            icon="raids"
            title={t.none}
            text={t.noneText}
            {...(mayManage && { action: { href: guildHref(view, "/raids/new"), label: t.plan } })}
          />
        }
      />
      <MoreRaids view={view} list="coming" next={nextComing} label={t.laterRaids} />
      <Overdue view={view} raids={overdue} next={nextOverdue} />
      <WeeklyRaids view={view} series={series} />
      {past.length > 0 && (
        <Section title={t.past}>
          <DataTable
            caption={t.pastCaption}
            rows={past}
            url={view.url}
            messages={view.messages}
            columns={columnsOf(view)}
            phone="lines"
            next={next}
            empty={null}
          />
        </Section>
      )}
    </GuildLayout>
  );
}

function WeeklyRaids({ view, series }: { view: View; series: readonly Series[] }) {
  const t = view.messages.raids;
  if (series.length === 0) return null;
  return (
    <Section title={t.weekly}>
      <ul class="plain">
        {series.map((one) => (
          <li class="row">
            <strong>{one.name}</strong>{" "}
            <span class="muted">
              {weekdaysOf(view, one.weekdays)}, {one.startsAt}
            </span>
            {may(view.guild!, "raids.manage") && (
              <ButtonForm look="quiet" action={guildHref(view, `/raids/series/${one.id}/end`)}>
                {t.endSeries}
              </ButtonForm>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Raids that wait for an officer to end or to cancel them. */
function Overdue(props: { view: View; raids: readonly Raid[]; next: string | undefined }) {
  const { view, raids, next } = props;
  const t = view.messages.raids;
  if (raids.length === 0) return null;
  return (
    <Section title={t.overdue}>
      <p class="muted">{t.overdueLead}</p>
      <DataTable
        caption={t.overdue}
        rows={raids}
        url={view.url}
        messages={view.messages}
        columns={columnsOf(view)}
        empty={null}
      />
      <MoreRaids view={view} list="overdue" next={next} label={t.olderOverdue} />
    </Section>
  );
}

/** A link to the next page of one of the lists. */
function MoreRaids(props: {
  view: View;
  list: "coming" | "overdue";
  next: string | undefined;
  label: string;
}) {
  const { view, list, next, label } = props;
  if (next === undefined) return null;
  return (
    <LinkButton look="quiet" href={guildHref(view, `/raids?${list}=${encodeURIComponent(next)}`)}>
      {label}
    </LinkButton>
  );
}

function columnsOf(view: View): readonly Column<Raid>[] {
  const t = view.messages.raids;
  const { timeZone } = view.guild!.guild;
  return [
    {
      id: "name",
      label: t.name,
      cell: (row) => (
        <>
          <a href={guildHref(view, `/raids/${row.id}`)}>{row.name}</a>
          {row.note && <span class="under muted">{row.note}</span>}
        </>
      ),
    },
    {
      id: "when",
      label: t.when,
      cell: (row) => (
        <TimeRange
          from={row.startsAt}
          until={row.endsAt}
          timeZone={timeZone}
          locale={view.locale}
        />
      ),
    },
    {
      id: "people",
      label: t.people,
      numeric: true,
      cell: (row) => t.count(row.status === "planned" ? row.coming : row.present),
    },
    {
      id: "status",
      label: view.messages.auctions.state,
      cell: (row) => (
        <>
          <Badge look={row.status === "running" ? "good" : "plain"}>{t.status[row.status]}</Badge>{" "}
          {!row.counts && <Badge>{t.notCounted}</Badge>}
        </>
      ),
    },
  ];
}

/** The form for one raid or a weekly raid. */
export function RaidFormPage(props: {
  view: View;
  form: FormState;
  pools: readonly Pool[];
  teams: readonly RaidTeam[];
}) {
  const { view, form, pools, teams } = props;
  const t = view.messages.raids;
  return (
    <GuildLayout view={view} title={t.plan} section="raids" narrow>
      <PageHeader title={t.plan} lead={t.planLead} />
      <Form form={form} messages={view.messages}>
        <TextField
          name="name"
          label={t.name}
          form={form}
          maxlength={limits.raids.nameCharsMax}
          required
        />
        <TextField name="date" label={t.date} type="date" form={form} />
        <TextField name="startsAt" label={t.time} type="time" form={form} value="20:00" required />
        <TextField
          name="minutes"
          label={t.minutes}
          form={form}
          inputmode="numeric"
          value="180"
          required
        />
        <CheckboxField
          name="weekdays"
          label={t.repeat}
          hint={t.repeatHint}
          form={form}
          options={WEEKDAYS.map((day) => ({ value: String(day), label: weekdayName(view, day) }))}
        />
        {pools.length > 1 && (
          <SelectField
            name="pool"
            label={view.messages.dkp.pool}
            form={form}
            options={pools.map((pool) => ({ value: pool.id, label: poolName(view, pool) }))}
          />
        )}
        <CountsFields view={view} form={form} teams={teams} />
        <TextField name="note" label={t.note} form={form} maxlength={limits.raids.noteCharsMax} />
        <div class="row">
          <Button>{t.plan}</Button>
          <LinkButton look="quiet" href={guildHref(view, "/raids")}>
            {view.messages.common.cancel}
          </LinkButton>
        </div>
      </Form>
    </GuildLayout>
  );
}

/** For whose attendance a raid counts. */
function CountsFields(props: { view: View; form: FormState; teams: readonly RaidTeam[] }) {
  const { view, form, teams } = props;
  const t = view.messages.raids;
  return (
    <>
      {teams.length > 0 && (
        <SelectField
          name="teamId"
          label={t.team}
          hint={t.teamHint}
          form={form}
          options={[
            { value: "", label: t.everyone },
            ...teams.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
      <Checkbox name="countsNot" label={t.countsNot} form={form} />
    </>
  );
}

function weekdaysOf(view: View, days: readonly number[]): string {
  const list = new Intl.ListFormat(view.locale, { type: "conjunction" });
  return list.format(days.map((day) => weekdayName(view, day)));
}

function weekdayName(view: View, day: number): string {
  const names: Readonly<Record<string, string>> = view.messages.raids.weekdays;
  return names[`d${day}`]!;
}

/** A page of the attendance of all people, the most frequent ones first. */
export function AttendancePage({ view, page }: { view: View; page: Page<AttendanceRow> }) {
  const t = view.messages.raids;
  const percent = (value: number | null) => (value === null ? "–" : `${value} %`);
  return (
    <GuildLayout view={view} title={t.attendance} section="raids">
      <PageHeader title={t.attendance} lead={t.attendanceLead}>
        <LinkButton href={guildHref(view, "/raids/attendance/grid")}>{t.grid}</LinkButton>
        <LinkButton look="quiet" href={guildHref(view, "/raids/attendance.csv")}>
          {t.csv}
        </LinkButton>
      </PageHeader>
      <DataTable
        caption={t.attendanceCaption}
        rows={page.items}
        next={page.next}
        url={view.url}
        messages={view.messages}
        phone="lines"
        empty={<EmptyState icon="raids" title={t.none} text={t.noneText} />}
        columns={[
          {
            id: "name",
            label: t.name,
            cell: (row) => (
              <>
                <a href={guildHref(view, `/standings/${row.personId}`)}>{row.name}</a>
                {row.class && (
                  <span class="under muted">
                    <ClassName id={row.class} name={classLabel(view, row.class)} />
                  </span>
                )}
              </>
            ),
          },
          { id: "d30", label: t.days(30), numeric: true, cell: (row) => percent(row.days30) },
          { id: "d60", label: t.days(60), numeric: true, cell: (row) => percent(row.days60) },
          { id: "d90", label: t.days(90), numeric: true, cell: (row) => percent(row.days90) },
          { id: "all", label: t.allDays, numeric: true, cell: (row) => percent(row.all) },
          { id: "raids", label: t.nights, numeric: true, cell: (row) => row.raids },
        ]}
      />
    </GuildLayout>
  );
}
