import type { Child } from "hono/jsx";
import type { View } from "../../../http/view.ts";
import {
  Badge,
  Button,
  ButtonForm,
  EmptyState,
  LinkButton,
  PageHeader,
  Section,
  StatTile,
  Time,
} from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type {
  CharacterView,
  IdentityBoard,
  IdentityPerson,
  LinkView,
  SuggestionView,
} from "../board.ts";
import { withoutEscapes } from "../integrity/discord-text.ts";
import type { IssueType } from "../integrity/kinds.ts";
import { lineOf } from "../integrity/report.ts";
import type { StoredIssue } from "../issues.ts";
import type { Source } from "../sources.ts";

export interface Board extends IdentityBoard {
  readonly issues: readonly StoredIssue[];
  readonly sources: readonly Source[];
  /** Is a channel for reports set? */
  readonly canReport: boolean;
}

/** Issues that have a section of their own on the page. */
const HAS_SECTION: ReadonlySet<IssueType> = new Set([
  "link_suggestion",
  "orphan_wow",
  "orphan_discord",
]);

/** Who is who: what waits for a decision first, then everything that is known. */
export function BoardPage({ view, board }: { view: View; board: Board }) {
  const t = view.messages.identity;
  const linked = board.persons
    .filter(({ discord }) => discord !== null)
    .flatMap(({ characters }) => characters.filter(({ hasLeft }) => !hasLeft));
  const total = linked.length + board.orphanCharacters.length;
  if (board.sources.length === 0) return <FirstVisit view={view} />;
  return (
    <GuildLayout view={view} title={t.title} section="identity">
      <PageHeader title={t.title} lead={t.lead}>
        <ButtonForm action={guildHref(view, "/identity/runs/match")}>{t.match}</ButtonForm>
        {board.canReport && (
          <ButtonForm action={guildHref(view, "/identity/runs/report")}>{t.report}</ButtonForm>
        )}
        <LinkButton href={guildHref(view, "/identity/downloads")}>
          {view.messages.downloads.title}
        </LinkButton>
        {may(view.guild!, "settings.manage") && (
          <LinkButton href={guildHref(view, "/identity/settings")}>{t.settings}</LinkButton>
        )}
      </PageHeader>
      <div class="grid">
        <StatTile label={t.coverage}>{`${linked.length} / ${total}`}</StatTile>
        <StatTile label={t.suggestions}>{board.suggestions.length}</StatTile>
        <StatTile label={t.openIssues}>{board.issues.length}</StatTile>
      </div>
      <Suggestions view={view} suggestions={board.suggestions} />
      <Issues view={view} issues={board.issues.filter(({ type }) => !HAS_SECTION.has(type))} />
      <Persons view={view} persons={board.persons} />
      <Orphans view={view} board={board} />
      <Sources view={view} sources={board.sources} />
    </GuildLayout>
  );
}

/** Before any source was read there is nothing to show but where to begin. */
function FirstVisit({ view }: { view: View }) {
  const t = view.messages.identity;
  const canConfigure = may(view.guild!, "settings.manage");
  return (
    <GuildLayout view={view} title={t.title} section="identity">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href={guildHref(view, "/identity/downloads")}>
          {view.messages.downloads.title}
        </LinkButton>
      </PageHeader>
      <EmptyState
        icon="identity"
        title={t.first}
        text={canConfigure ? t.firstText : t.firstAsk}
        {...(canConfigure && {
          action: { href: guildHref(view, "/identity/settings"), label: t.firstAction },
        })}
      />
    </GuildLayout>
  );
}

function Suggestions({ view, suggestions }: { view: View; suggestions: Board["suggestions"] }) {
  const t = view.messages.identity;
  const percent = new Intl.NumberFormat(view.locale, { style: "percent" });
  const columns: readonly Column<SuggestionView>[] = [
    { id: "character", label: t.character, cell: (row) => fullName(row.character) },
    { id: "member", label: t.member, cell: (row) => row.discord.name },
    {
      id: "similarity",
      label: t.similarity,
      numeric: true,
      cell: (row) => percent.format(row.similarity),
    },
    { id: "evidence", label: t.evidence, cell: (row) => row.evidence.text, card: "wide" },
    {
      id: "actions",
      label: view.messages.common.actions,
      cell: (row) => (
        <div class="row">
          <PairForm view={view} path="/identity/links" row={row} look="primary">
            {t.confirm}
          </PairForm>
          <PairForm view={view} path="/identity/rejections" row={row} look="quiet">
            {t.reject}
          </PairForm>
        </div>
      ),
    },
  ];
  return (
    <Section title={t.suggestions}>
      <DataTable
        caption={t.suggestionsLead}
        rows={suggestions}
        columns={columns}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noSuggestions}</p>}
      />
    </Section>
  );
}

function PairForm(props: {
  view: View;
  path: string;
  row: SuggestionView;
  look: "primary" | "quiet";
  children?: Child;
}) {
  const { view, path, row, look, children } = props;
  return (
    <form method="post" action={guildHref(view, path)}>
      <input type="hidden" name="characterId" value={row.character.id} />
      <input type="hidden" name="discordId" value={row.discord.id} />
      <Button look={look}>{children}</Button>
    </form>
  );
}

function Issues({ view, issues }: { view: View; issues: Board["issues"] }) {
  const t = view.messages.identity;
  const { timeZone } = view.guild!.guild;
  const columns: readonly Column<StoredIssue>[] = [
    {
      id: "type",
      label: t.issueType,
      cell: (row) => (
        <Badge look={row.severity === "problem" ? "bad" : "plain"}>{t.issueTypes[row.type]}</Badge>
      ),
    },
    {
      id: "details",
      label: t.issueDetails,
      card: "wide",
      cell: (row) => withoutEscapes(lineOf(row, view.messages.identityReport)),
    },
    {
      id: "since",
      label: t.issueSince,
      cell: (row) => <Time at={row.firstDetectedAt} timeZone={timeZone} locale={view.locale} />,
    },
    {
      id: "actions",
      label: view.messages.common.actions,
      cell: (row) =>
        row.acknowledgedAt === null && (
          <ButtonForm
            look="quiet"
            action={guildHref(view, `/identity/issues/${row.id}/acknowledgement`)}
          >
            {t.acknowledge}
          </ButtonForm>
        ),
    },
  ];
  return (
    <Section title={t.issues}>
      <DataTable
        caption={t.issues}
        rows={issues}
        columns={columns}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noIssues}</p>}
      />
    </Section>
  );
}

function Persons({ view, persons }: { view: View; persons: Board["persons"] }) {
  const t = view.messages.identity;
  const columns: readonly Column<IdentityPerson>[] = [
    {
      id: "person",
      label: t.person,
      cell: (row) => <a href={guildHref(view, `/roster/${row.id}`)}>{row.name}</a>,
    },
    {
      id: "discord",
      label: t.discord,
      cell: (row) =>
        row.discord ? (
          <LinkCell view={view} name={row.discord.name} link={row.discord.link} />
        ) : (
          "–"
        ),
    },
    {
      id: "characters",
      label: t.characters,
      card: "wide",
      cell: (row) => (
        <ul class="plain">
          {row.characters.map((one) => (
            <li>
              <LinkCell
                view={view}
                name={`${fullName(one)}${one.hasLeft ? ` (${t.left})` : ""}`}
                link={one.link}
              />
            </li>
          ))}
        </ul>
      ),
    },
  ];
  return (
    <Section title={t.persons}>
      <DataTable
        caption={t.persons}
        rows={persons}
        columns={columns}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noPersons}</p>}
      />
    </Section>
  );
}

/** A name, where its link comes from, and what can be done about it. */
function LinkCell({ view, name, link }: { view: View; name: string; link: LinkView }) {
  const t = view.messages.identity;
  const base = guildHref(view, `/identity/links/${link.id}`);
  return (
    <div class="row">
      <span>{name}</span>
      <span title={link.evidence.text}>
        <Badge look={link.confirmed ? "good" : "plain"}>{t.linkSources[link.source]}</Badge>
      </span>
      {!link.confirmed && (
        <ButtonForm look="quiet" action={`${base}/confirmation`}>
          {t.confirm}
        </ButtonForm>
      )}
      <ButtonForm look="quiet" action={`${base}/removal`}>
        {t.unlink}
      </ButtonForm>
    </div>
  );
}

function Orphans({ view, board }: { view: View; board: Board }) {
  const t = view.messages.identity;
  return (
    <>
      <Section title={t.orphanCharacters}>
        <DataTable
          caption={t.orphanCharacters}
          rows={board.orphanCharacters}
          columns={[
            { id: "character", label: t.character, cell: (row) => fullName(row) },
            {
              id: "link",
              label: t.member,
              card: "wide",
              cell: (row) => <LinkForm view={view} character={row} members={board.orphanMembers} />,
            },
          ]}
          url={view.url}
          messages={view.messages}
          empty={<p class="muted">{t.noOrphans}</p>}
        />
      </Section>
      <Section title={t.orphanMembers}>
        {board.orphanMembers.length === 0 ? (
          <p class="muted">{t.noOrphans}</p>
        ) : (
          <ul class="plain">
            {board.orphanMembers.map(({ name }) => (
              <li>{name}</li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

function LinkForm(props: {
  view: View;
  character: CharacterView;
  members: Board["orphanMembers"];
}) {
  const { view, character, members } = props;
  const t = view.messages.identity;
  if (members.length === 0) return <>–</>;
  return (
    <form class="row" method="post" action={guildHref(view, "/identity/links")}>
      <input type="hidden" name="characterId" value={character.id} />
      <select name="discordId" aria-label={`${t.member}: ${fullName(character)}`}>
        {members.map(({ discordId, name }) => (
          <option value={discordId}>{name}</option>
        ))}
      </select>
      <Button look="secondary">{t.link}</Button>
    </form>
  );
}

function Sources({ view, sources }: { view: View; sources: Board["sources"] }) {
  const t = view.messages.identity;
  const { timeZone } = view.guild!.guild;
  const columns: readonly Column<Source>[] = [
    { id: "source", label: t.source, cell: (row) => t.sourceKinds[row.kind] },
    {
      id: "last",
      label: t.lastGood,
      cell: (row) =>
        row.lastGoodAt === null ? (
          t.never
        ) : (
          <Time at={row.lastGoodAt} timeZone={timeZone} locale={view.locale} />
        ),
    },
    {
      id: "state",
      label: t.state,
      cell: (row) =>
        row.error === null ? (
          <Badge look="good">{t.fine}</Badge>
        ) : (
          <a href={`/problems/${row.error}`}>
            <Badge look="bad">{row.error}</Badge>
          </a>
        ),
    },
  ];
  return (
    <Section
      title={t.sources}
      actions={
        <>
          <ButtonForm action={guildHref(view, "/identity/runs/blizzard")}>
            {`${t.sourceKinds.blizzard_roster}: ${t.read}`}
          </ButtonForm>
          <ButtonForm action={guildHref(view, "/identity/runs/discord")}>
            {`${t.sourceKinds.discord_members}: ${t.read}`}
          </ButtonForm>
        </>
      }
    >
      <DataTable
        caption={t.sources}
        rows={sources}
        columns={columns}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.never}</p>}
      />
    </Section>
  );
}

function fullName({ name, realm }: Pick<CharacterView, "name" | "realm">): string {
  return realm === "" ? name : `${name}-${realm}`;
}
