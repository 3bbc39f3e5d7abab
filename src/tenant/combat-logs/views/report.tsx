import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { limits } from "../../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  EmptyState,
  LinkButton,
  Notice,
  PageHeader,
  Time,
} from "../../../web/components.tsx";
import { ErrorSummary, type FormState } from "../../../web/forms.tsx";
import { meaningOf, sentencesOfArea } from "../../../web/i18n/index.ts";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, withParams } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type { KeystoneRun } from "../keystones.ts";
import type { LeftOut } from "../parser/types.ts";
import type { FightRow } from "../queries.ts";
import { mayRemove, type Report } from "../reports.ts";
import type { Share } from "../share-links.ts";
import { Keystones } from "./keystones.tsx";
import {
  arenaName,
  count,
  difficultyOfFight,
  FightLink,
  LeftOutNotice,
  length,
  megabytes,
  Outcome,
  percentLeft,
} from "./parts.tsx";
import { ReportLinks } from "./report-links.tsx";
import { ShareLink } from "./share.tsx";

/** All logs of the guild, and the upload form. */
export function LogsPage(props: {
  view: View;
  page: Page<Report>;
  usage: { readonly storedBytes: number };
  form: FormState;
}) {
  const { view, page, usage, form } = props;
  const t = view.messages.logs;
  return (
    <GuildLayout view={view} title={t.title} section="logs">
      <PageHeader title={t.title} lead={t.lead}>
        {may(view.guild!, "progress.view") && (
          <LinkButton href={guildHref(view, "/bosses")}>{t.bosses}</LinkButton>
        )}
      </PageHeader>
      {may(view.guild!, "logs.upload") && <UploadCard view={view} form={form} />}
      <DataTable
        caption={t.title}
        columns={reportColumns(view)}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState icon="logs" title={t.noneTitle} text={t.noneText} />}
      />
      {usage.storedBytes > 0 && <p class="muted">{t.stored(megabytes(view, usage.storedBytes))}</p>}
    </GuildLayout>
  );
}

/** A plain form for small files. With scripts it uploads in chunks and resumes after a lost connection. */
function UploadCard({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.logs;
  const plainMegabytes = Math.floor(limits.logs.chunkBytesMax / 1024 ** 2);
  return (
    <Card title={t.send}>
      <form
        class="stack"
        method="post"
        action={guildHref(view, "/logs")}
        enctype="multipart/form-data"
        data-upload={`/api/g/${view.guild!.guild.slug}/logs`}
        data-report={guildHref(view, "/logs/")}
        data-chunk={String(limits.logs.chunkBytesMax / 4)}
        data-states={JSON.stringify({ ...t.states, pause: t.pause, goOn: t.goOn })}
        data-problems={JSON.stringify({
          ...sentencesOfArea(view.messages, "logs"),
          ...sentencesOfArea(view.messages, "plan"),
        })}
      >
        <ErrorSummary form={form} messages={view.messages} />
        <div class="field">
          <label for="file">{t.file}</label>
          <p class="hint" id="file-hint">
            {t.fileHint} <span data-plain>{t.fileHintPlain(plainMegabytes)}</span>
          </p>
          <input
            id="file"
            name="file"
            type="file"
            required
            aria-describedby="file-hint"
            accept=".txt,.log,.gz,.zip"
          />
        </div>
        <Button>{t.upload}</Button>
        <div class="upload" data-sending hidden>
          <progress max="100" value="0" aria-label={t.state}></progress>
          <p role="status" data-status></p>
          <button type="button" class="button secondary" data-pause>
            {t.pause}
          </button>
        </div>
      </form>
    </Card>
  );
}

function reportColumns(view: View): readonly Column<Report>[] {
  const t = view.messages.logs;
  const { timeZone } = view.guild!.guild;
  return [
    {
      id: "title",
      label: t.report,
      cell: (one) => <a href={guildHref(view, `/logs/${one.id}`)}>{one.title}</a>,
    },
    { id: "pulls", label: t.pulls, numeric: true, cell: (one) => count(view, one.encounters) },
    {
      id: "kills",
      label: t.kills,
      numeric: true,
      card: "plain",
      cell: (one) => count(view, one.kills),
    },
    { id: "state", label: t.state, cell: (one) => <StateBadge view={view} report={one} /> },
    {
      id: "time",
      label: t.time,
      cell: (one) => (
        <Time at={one.startAt ?? one.createdAt} timeZone={timeZone} locale={view.locale} />
      ),
    },
    ...(view.guild!.actor.type === "visitor"
      ? []
      : [{ id: "sender", label: t.sender, cell: (one: Report) => one.uploaderName }]),
  ];
}

function StateBadge({ view, report }: { view: View; report: Report }) {
  const look =
    report.state === "ready" ? "good" : report.state === "failed" ? "bad" : ("plain" as const);
  return <Badge look={look}>{view.messages.logs.states[report.state]}</Badge>;
}

/** One log: its fights by boss, and its actions. */
export function ReportPage(props: {
  view: View;
  report: Report;
  page: Page<FightRow>;
  withTrash: boolean;
  hasTrash: boolean;
  leftOut: LeftOut;
  keystones: readonly KeystoneRun[];
  share: Share | undefined;
}) {
  const { view, report, page, withTrash, hasTrash, leftOut, keystones, share } = props;
  const t = view.messages.logs;
  const shown = page.items;
  const isUnderWay = ["receiving", "waiting", "parsing"].includes(report.state);
  return (
    <GuildLayout view={view} title={report.title} section="logs" canonical={share?.canonical}>
      <PageHeader title={report.title}>
        <ReportLinks view={view} reportId={report.id} fights={shown} />
        {hasTrash && (
          <LinkButton
            look="quiet"
            href={withParams(view.url, { trash: withTrash ? undefined : "1", cursor: undefined })}
          >
            {withTrash ? t.hideTrash : t.showTrash}
          </LinkButton>
        )}
      </PageHeader>
      <ShareLink view={view} share={share} />
      <ReportFacts view={view} report={report} isUnderWay={isUnderWay} />
      <LeftOutNotice view={view} leftOut={leftOut} />
      <Keystones view={view} runs={keystones} />
      <form id="fights" method="get" action={guildHref(view, "/fights/compare")} class="list">
        <DataTable
          caption={t.fights}
          columns={fightColumns(view, shown.length > 1)}
          rows={shown}
          url={view.url}
          messages={view.messages}
          next={page.next}
          empty={<p class="muted">{isUnderWay ? t.noFightsYet : t.noFights}</p>}
        />
        {shown.length > 1 && <Button look="secondary">{t.compare}</Button>}
      </form>
      {!isUnderWay && <ReportActions view={view} report={report} />}
    </GuildLayout>
  );
}

/** Officers may parse and delete any report, other members delete their uploads that failed. */
function ReportActions({ view, report }: { view: View; report: Report }) {
  const t = view.messages.logs;
  if (!mayRemove(view.guild!, report)) return null;
  return (
    <div class="row">
      {may(view.guild!, "logs.manage") && report.storedBytes > 0 && (
        <ButtonForm action={guildHref(view, `/logs/${report.id}/readings`)}>
          {t.readAgain}
        </ButtonForm>
      )}
      <details>
        <summary>{t.remove}</summary>
        <p>{t.removeConfirm}</p>
        <ButtonForm look="danger" action={guildHref(view, `/logs/${report.id}/deletion`)}>
          {t.remove}
        </ButtonForm>
      </details>
    </div>
  );
}

function ReportFacts(props: { view: View; report: Report; isUnderWay: boolean }) {
  const { view, report, isUnderWay } = props;
  const t = view.messages.logs;
  const { timeZone } = view.guild!.guild;
  return (
    <>
      {report.state === "failed" && (
        <Notice look="bad">
          <strong>{t.failedBecause}.</strong> {meaningOf(view.messages, report.error ?? "")}
        </Notice>
      )}
      {report.duplicateOf !== null && (
        <Notice>
          {t.duplicateText}{" "}
          <a href={guildHref(view, `/logs/${report.duplicateOf}`)}>{t.toReport}</a>
        </Notice>
      )}
      {isUnderWay && (
        <div
          class="card upload"
          data-watch={`/api/g/${view.guild!.guild.slug}/logs/${report.id}/events`}
          data-states={JSON.stringify(t.states)}
        >
          <progress
            max={report.sizeBytes}
            value={report.receivedBytes}
            aria-label={t.state}
          ></progress>
          <p role="status" data-status>
            {t.states[report.state]}
          </p>
          {may(view.guild!, "logs.upload") && (
            <ButtonForm action={guildHref(view, `/logs/${report.id}/cancellation`)}>
              {t.cancel}
            </ButtonForm>
          )}
        </div>
      )}
      {isUnderWay && report.source === "live" && <LiveFight view={view} report={report} />}
      <dl class="facts card">
        <dt>{t.time}</dt>
        <dd>
          <Time at={report.startAt ?? report.createdAt} timeZone={timeZone} locale={view.locale} />
        </dd>
        {report.uploaderName !== "" && (
          <>
            <dt>{t.sender}</dt>
            <dd>{report.uploaderName}</dd>
          </>
        )}
        <dt>{t.size}</dt>
        <dd>
          {megabytes(view, report.parsedBytes || report.sizeBytes)} MB
          {report.lines !== null && `, ${t.lines(report.lines)}`}
        </dd>
      </dl>
      {(report.unknown ?? 0) > 0 && <p class="muted">{t.unknownLines(report.unknown!)}</p>}
    </>
  );
}

/** The current fight, updated by a script; without scripts, readers reload the page. */
function LiveFight({ view, report }: { view: View; report: Report }) {
  const t = view.messages.logs;
  const words = { live: t.live, reconnecting: t.reconnecting, quiet: t.quiet };
  return (
    <section
      class="card"
      data-live={`/api/g/${view.guild!.guild.slug}/logs/${report.id}/fight`}
      data-words={JSON.stringify(words)}
    >
      <h2>
        <span data-fight>{t.quiet}</span>{" "}
        <span class="badge plain" data-connection role="status">
          {t.reconnecting}
        </span>
      </h2>
      <table>
        <caption>{t.live}</caption>
        <thead>
          <tr>
            <th>{t.player}</th>
            <th class="num">{t.damage}</th>
            <th class="num">{t.perSecond}</th>
            <th class="num">{t.healing}</th>
          </tr>
        </thead>
        <tbody></tbody>
      </table>
    </section>
  );
}

/** Columns of a list of fights. The first may contain a checkbox to choose fights to compare. */
export function fightColumns(view: View, canChoose: boolean): readonly Column<FightRow>[] {
  const t = view.messages.logs;
  const { timeZone } = view.guild!.guild;
  return [
    {
      id: "name",
      label: t.fight,
      card: "title",
      cell: (one) => (
        <>
          {canChoose && (
            <input
              type="checkbox"
              name="id"
              value={one.id}
              aria-label={`${t.compare}: ${one.name}`}
            />
          )}{" "}
          <FightLink view={view} fight={one} />
          {one.kind === "arena" && <small class="under muted">{arenaName(view, one)}</small>}
          {one.sameAs !== null && <small class="under muted">{t.twin}</small>}
        </>
      ),
    },
    {
      id: "outcome",
      label: t.outcome,
      card: "key",
      cell: (one) => <Outcome view={view} fight={one} />,
    },
    { id: "difficulty", label: t.difficulty, cell: (one) => difficultyOfFight(view, one) },
    {
      id: "left",
      label: t.left,
      numeric: true,
      card: "plain",
      cell: (one) => percentLeft(view, one),
    },
    {
      id: "duration",
      label: t.duration,
      numeric: true,
      card: "plain",
      cell: (one) => length(one.durationMs),
    },
    {
      id: "deaths",
      label: t.deaths,
      numeric: true,
      card: "plain",
      cell: (one) => one.deathCount || "",
    },
    {
      id: "time",
      label: t.time,
      cell: (one) => <Time at={one.startAt} timeZone={timeZone} locale={view.locale} />,
    },
  ];
}
