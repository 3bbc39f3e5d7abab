import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { limits } from "../../../limits.ts";
import {
  Badge,
  Button,
  ClassName,
  EmptyState,
  LinkButton,
  PageHeader,
} from "../../../web/components.tsx";
import {
  emptyForm,
  Form,
  type FormState,
  SelectField,
  TextArea,
  TextField,
} from "../../../web/forms.tsx";
import { classWithSpec } from "../../../web/i18n/index.ts";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, Filters } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import { CLASS_IDS, type ClassId, RAID_ROLES } from "../classes.ts";
import type { PreviewLine } from "../import.ts";
import type { Character, Person } from "../service.ts";

type Filter = Partial<Record<"q" | "class" | "role" | "status", string>>;

export function RosterPage(props: {
  view: View;
  page: Page<Person>;
  filters: { [K in keyof Filter]?: Filter[K] | undefined };
}) {
  const { view, page, filters } = props;
  const t = view.messages.roster;
  const ctx = view.guild!;
  const isFiltered = Object.values(filters).some(Boolean);
  const form: FormState = { ...emptyForm, values: { ...clean(filters) } };
  return (
    <GuildLayout view={view} title={t.title} section="roster">
      <PageHeader title={t.title} lead={t.lead}>
        {may(ctx, "roster.manage") && (
          <>
            <LinkButton look="primary" href={guildHref(view, "/roster/import")}>
              {t.import}
            </LinkButton>
            <LinkButton href={guildHref(view, "/roster/new")}>{t.add}</LinkButton>
            <LinkButton href={guildHref(view, "/roster/claims")}>
              {view.messages.persons.claims}
            </LinkButton>
          </>
        )}
        <LinkButton look="quiet" href={guildHref(view, "/roster/export.csv")}>
          {t.export}
        </LinkButton>
      </PageHeader>
      <Filters url={view.url} messages={view.messages}>
        <TextField name="q" type="search" label={view.messages.common.search} form={form} />
        <SelectField name="class" label={t.class} form={form} options={classOptions(view, true)} />
        <SelectField name="role" label={t.role} form={form} options={roleOptions(view)} />
        <SelectField
          name="status"
          label={t.status}
          form={form}
          options={[
            { value: "active", label: t.active },
            { value: "archived", label: t.archived },
          ]}
        />
      </Filters>
      <DataTable
        caption={t.title}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        phone="lines"
        empty={
          isFiltered ? (
            <p>{t.nobodyMatches}</p>
          ) : (
            <EmptyState
              title={t.noneTitle}
              text={t.noneText}
              {...(may(ctx, "roster.manage") && {
                action: { href: guildHref(view, "/roster/import"), label: t.import },
                ...(may(ctx, "points.award") && {
                  other: { href: guildHref(view, "/imports"), label: view.messages.imports.bring },
                }),
              })}
            />
          )
        }
        columns={rosterColumns(view)}
      />
    </GuildLayout>
  );
}

function rosterColumns(view: View): readonly Column<Person>[] {
  const t = view.messages.roster;
  return [
    {
      id: "person",
      label: t.person,
      cell: (row) => (
        <>
          <a href={guildHref(view, `/roster/${row.id}`)}>{row.name}</a>{" "}
          {row.isExample && <Badge>{t.example}</Badge>} {row.isMember && <Badge>{t.member}</Badge>}
        </>
      ),
    },
    {
      id: "main",
      label: t.main,
      cell: (row) => {
        const main = row.characters.find((one) => one.isMain);
        return main ? <CharacterLine view={view} character={main} /> : "–";
      },
    },
    {
      id: "role",
      label: t.role,
      cell: (row) => {
        const role = row.characters.find((one) => one.isMain)?.role;
        return role ? t.roles[role] : "–";
      },
    },
    { id: "alts", label: t.alts, cell: (row) => <Alts view={view} person={row} /> },
  ];
}

function Alts({ view, person }: { view: View; person: Person }) {
  const alts = person.characters.filter((one) => !one.isMain);
  if (alts.length === 0) return <>–</>;
  return (
    <details>
      <summary>{String(alts.length)}</summary>
      <ul>
        {alts.map((alt) => (
          <li>
            <CharacterLine view={view} character={alt} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function CharacterLine({ view, character }: { view: View; character: Character }) {
  const label = classWithSpec(view.messages, character.class, character.spec);
  return (
    <span>
      {character.name} · <ClassName id={character.class} name={label} />
    </span>
  );
}

export function AddPage({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.roster;
  return (
    <GuildLayout view={view} title={t.add} section="roster" narrow>
      <PageHeader title={t.add} />
      <Form form={form} messages={view.messages}>
        <TextField
          name="name"
          label={t.name}
          form={form}
          required
          maxlength={limits.roster.nameCharsMax}
        />
        <SelectField
          name="class"
          label={t.class}
          hint={t.characterHint}
          form={form}
          options={classOptions(view, true)}
        />
        <Button>{t.add}</Button>
      </Form>
    </GuildLayout>
  );
}

export function ImportPage(props: {
  view: View;
  text: string;
  lines: readonly PreviewLine[] | undefined;
  form?: FormState;
}) {
  const { view, text, lines } = props;
  const t = view.messages.roster;
  const form: FormState = { ...emptyForm, ...props.form, values: { text } };
  const good = lines?.filter(({ effect }) => effect === "new" || effect === "changed").length ?? 0;
  return (
    <GuildLayout view={view} title={t.import} section="roster">
      <PageHeader title={t.import} lead={t.importLead} />
      {lines && good > 0 && (
        <form method="post" class="row">
          <input type="hidden" name="text" value={text} />
          <input type="hidden" name="take" value="yes" />
          <Button>{t.take(good)}</Button>
        </form>
      )}
      {lines && good === 0 && <p>{t.nothingToTake}</p>}
      {lines && <PreviewTable view={view} lines={lines} />}
      <Form form={form} messages={view.messages}>
        <TextArea
          name="text"
          label={t.importText}
          hint={t.importExample}
          form={form}
          rows={12}
          maxlength={limits.roster.pasteCharsMax}
        />
        <Button look={good > 0 ? "secondary" : "primary"}>{t.preview}</Button>
      </Form>
    </GuildLayout>
  );
}

function PreviewTable({ view, lines }: { view: View; lines: readonly PreviewLine[] }) {
  const t = view.messages.roster;
  return (
    <DataTable
      caption={t.effect}
      rows={lines}
      url={view.url}
      messages={view.messages}
      empty=""
      columns={[
        { id: "line", label: t.line, numeric: true, cell: (row) => String(row.line) },
        { id: "text", label: t.importText, cell: (row) => row.text },
        {
          id: "effect",
          label: t.effect,
          cell: (row) => (
            <>
              <Badge
                look={
                  row.effect === "problem" ? "bad" : row.effect === "unchanged" ? "plain" : "good"
                }
              >
                {t.effects[row.effect]}
              </Badge>{" "}
              {row.problems.map((problem) => t.problems[problem]).join(" ")}
            </>
          ),
        },
      ]}
    />
  );
}

export function className(view: View, id: ClassId): string {
  const names: Readonly<Record<string, string>> = view.messages.dkp.classes;
  return names[id] ?? id;
}

export function classOptions(view: View, isOptional: boolean) {
  const options = CLASS_IDS.map((id) => ({ value: id as string, label: className(view, id) }));
  return isOptional ? [{ value: "", label: view.messages.roster.any }, ...options] : options;
}

export function roleOptions(view: View) {
  const t = view.messages.roster;
  const options = RAID_ROLES.map((role) => ({ value: role as string, label: t.roles[role] }));
  return [{ value: "", label: t.any }, ...options];
}

function clean(filters: object): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}
