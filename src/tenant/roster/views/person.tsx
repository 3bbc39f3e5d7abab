import type { View } from "../../../http/view.ts";
import type { CharacterId } from "../../../kernel/ids.ts";
import { limits } from "../../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  ClassName,
  LinkButton,
  PageHeader,
  Time,
} from "../../../web/components.tsx";
import {
  Checkbox,
  emptyForm,
  Form,
  type FormState,
  SelectField,
  TextArea,
  TextField,
} from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type { StoredJoin } from "../joins.ts";
import type { LooseMember } from "../member-links.ts";
import type { Character, Person } from "../service.ts";
import { className, classOptions, roleOptions } from "./roster.tsx";

/** The forms of the page. A refused one is shown again with its input. */
export interface PersonForms {
  readonly character?: FormState;
  readonly details?: FormState;
}

interface PersonProps {
  readonly view: View;
  readonly person: Person;
  readonly forms: PersonForms;
  /** The characters that a proof gave to this person. */
  readonly proved: ReadonlySet<CharacterId>;
  /** Is it the reader's own page? */
  readonly isOwn: boolean;
  /** Members without a character, who can be linked to this person. */
  readonly members: readonly LooseMember[];
  /** Everyone else of the active roster. */
  readonly others: readonly LooseMember[];
  /** Joins with other persons and moves of characters, the newest first. */
  readonly joins: readonly StoredJoin[];
}

export function PersonPage(props: PersonProps) {
  const { view, person, forms, members, proved, isOwn } = props;
  const t = view.messages.roster;
  const canManage = may(view.guild!, "roster.manage");
  const base = guildHref(view, `/roster/${person.id}`);
  return (
    <GuildLayout view={view} title={person.name} section="roster">
      <PageHeader title={person.name} {...(person.note && { lead: person.note })}>
        <LinkButton href={guildHref(view, `/standings/${person.id}`)}>{t.points}</LinkButton>
        {isOwn && (
          <LinkButton href={guildHref(view, "/identity/proofs")}>
            {view.messages.proofs.title}
          </LinkButton>
        )}
        {canManage && <Archival view={view} person={person} />}
      </PageHeader>
      {person.officerNote && (
        <Card title={t.officerNote}>
          <p>{person.officerNote}</p>
        </Card>
      )}
      <DataTable
        caption={t.characters}
        rows={person.characters}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noCharacters}</p>}
        columns={[...characterColumns(view, proved), ...(canManage ? [actions(view, base)] : [])]}
      />
      {canManage && (
        <>
          <Card title={t.addCharacter}>
            <Form
              action={`${base}/characters`}
              form={forms.character ?? emptyForm}
              messages={view.messages}
            >
              <CharacterFields view={view} form={forms.character ?? emptyForm} />
              <Button look="secondary">{t.addCharacter}</Button>
            </Form>
          </Card>
          <Details view={view} person={person} form={forms.details ?? emptyForm} />
          <Link view={view} person={person} members={members} />
          <JoinWith {...props} />
          <Joins {...props} />
        </>
      )}
    </GuildLayout>
  );
}

export function CharacterPage(props: {
  view: View;
  person: Person;
  character: Character;
  others: readonly LooseMember[];
  form: FormState;
}) {
  const { view, person, character, others, form } = props;
  const t = view.messages.roster;
  return (
    <GuildLayout view={view} title={character.name} section="roster" narrow>
      <PageHeader title={character.name} />
      <Form form={form} messages={view.messages}>
        <CharacterFields view={view} form={form} character={character} />
        <Button>{view.messages.common.save}</Button>
      </Form>
      <p class="muted">{t.characterKeeps}</p>
      <MoveForm view={view} person={person} character={character} others={others} />
    </GuildLayout>
  );
}

function MoveForm(props: {
  view: View;
  person: Person;
  character: Character;
  others: readonly LooseMember[];
}) {
  const { view, person, character, others } = props;
  const t = view.messages.persons;
  const isAlone = person.characters.length === 1;
  if (person.isExample || (isAlone && others.length === 0)) return null;
  return (
    <Card title={t.move}>
      <p class="muted">{t.moveLead}</p>
      <Form
        action={guildHref(view, `/roster/${person.id}/characters/${character.id}/moves`)}
        form={emptyForm}
        messages={view.messages}
      >
        <SelectField
          name="personId"
          label={view.messages.roster.person}
          form={emptyForm}
          options={[
            ...(isAlone ? [] : [{ value: "", label: t.newPerson }]),
            ...others.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <Button look="secondary">{t.moveAction}</Button>
      </Form>
    </Card>
  );
}

function CharacterFields(props: { view: View; form: FormState; character?: Character }) {
  const { view, form, character } = props;
  const t = view.messages.roster;
  const nameCharsMax = limits.roster.nameCharsMax;
  return (
    <>
      <TextField
        name="name"
        label={t.name}
        form={form}
        required
        maxlength={nameCharsMax}
        value={character?.name ?? ""}
      />
      <SelectField
        name="class"
        label={t.class}
        form={form}
        value={character?.class ?? ""}
        options={classOptions(view, false)}
      />
      <TextField
        name="spec"
        label={t.spec}
        form={form}
        maxlength={30}
        value={character?.spec ?? ""}
      />
      <SelectField
        name="role"
        label={t.role}
        form={form}
        value={character?.role ?? ""}
        options={roleOptions(view)}
      />
      <TextField
        name="realm"
        label={t.realm}
        form={form}
        maxlength={nameCharsMax}
        value={character?.realm ?? ""}
      />
    </>
  );
}

function Archival({ view, person }: { view: View; person: Person }) {
  const t = view.messages.roster;
  const isActive = person.status === "active";
  return (
    <form method="post" action={guildHref(view, `/roster/${person.id}/archival`)}>
      <input type="hidden" name="isArchived" value={isActive ? "yes" : "no"} />
      <Button look="quiet">{isActive ? t.archive : t.restore}</Button>
    </form>
  );
}

// These field names differ from the character's, because both forms are on one page.
function Details({ view, person, form }: { view: View; person: Person; form: FormState }) {
  const t = view.messages.roster;
  const { nameCharsMax, noteCharsMax } = limits.roster;
  return (
    <Card title={t.details}>
      <Form action={guildHref(view, `/roster/${person.id}`)} form={form} messages={view.messages}>
        <TextField
          name="personName"
          label={t.name}
          form={form}
          required
          maxlength={nameCharsMax}
          value={person.name}
        />
        <TextArea
          name="note"
          label={t.note}
          form={form}
          rows={2}
          maxlength={noteCharsMax}
          value={person.note}
        />
        {may(view.guild!, "notes.view") && (
          <TextArea
            name="officerNote"
            label={t.officerNote}
            form={form}
            rows={2}
            maxlength={noteCharsMax}
            value={person.officerNote ?? ""}
          />
        )}
        <input type="hidden" name="hasRaids" value="yes" />
        <TextField
          name="memberSince"
          label={t.memberSince}
          hint={t.memberSinceHint}
          type="date"
          form={form}
          value={person.memberSince ?? ""}
        />
        <Checkbox name="isRaider" label={t.isRaider} form={form} checked={person.isRaider} />
        <Button look="secondary">{view.messages.common.save}</Button>
      </Form>
    </Card>
  );
}

function JoinWith({ view, person, others }: PersonProps) {
  const t = view.messages.persons;
  if (person.isExample || person.status !== "active" || others.length === 0) return null;
  return (
    <Card title={t.joinWith}>
      <p class="muted">{t.joinWithLead}</p>
      <form class="stack" action={guildHref(view, `/roster/${person.id}/join`)}>
        <SelectField
          name="fromId"
          label={t.other}
          form={emptyForm}
          options={others.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Button look="secondary">{t.preview}</Button>
      </form>
    </Card>
  );
}

function Joins({ view, person, joins }: PersonProps) {
  const t = view.messages.persons;
  if (joins.length === 0) return null;
  return (
    <Card title={t.history}>
      <ul>
        {joins.map(({ id, kind, fromName, intoName, at, byName, undoneAt }) => (
          <li>
            {(kind === "join" ? t.joined : t.moved)(fromName, intoName)} · {t.by(byName)} ·{" "}
            <Time at={at} timeZone={view.guild!.guild.timeZone} locale={view.locale} />{" "}
            {undoneAt === null ? (
              <ButtonForm
                look="quiet"
                action={guildHref(view, `/roster/${person.id}/joins/${id}/reversal`)}
              >
                {t.undo}
              </ButtonForm>
            ) : (
              <Badge>{t.undone}</Badge>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Link({ view, person, members }: Pick<PersonProps, "view" | "person" | "members">) {
  const t = view.messages.roster;
  const others = members.filter(({ id }) => id !== person.id);
  if (person.isMember || person.isExample || others.length === 0) return null;
  return (
    <Card title={t.link}>
      <p class="muted">{t.linkLead}</p>
      <Form
        action={guildHref(view, `/roster/${person.id}/member`)}
        form={emptyForm}
        messages={view.messages}
      >
        <SelectField
          name="personId"
          label={t.member}
          form={emptyForm}
          options={others.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Button look="secondary">{t.link}</Button>
      </Form>
    </Card>
  );
}

function characterColumns(
  view: View,
  proved: ReadonlySet<CharacterId>,
): readonly Column<Character>[] {
  const t = view.messages.roster;
  return [
    {
      id: "name",
      label: t.name,
      cell: (row) => (
        <>
          {row.realm ? `${row.name}-${row.realm}` : row.name}{" "}
          {row.isMain && <Badge look="good">{t.main}</Badge>}{" "}
          {proved.has(row.id) && <Badge look="accent">{view.messages.proofs.proved}</Badge>}
        </>
      ),
    },
    {
      id: "class",
      label: t.class,
      cell: (row) => <ClassName id={row.class} name={className(view, row.class)} />,
    },
    { id: "spec", label: t.spec, cell: (row) => row.spec || "–" },
    { id: "role", label: t.role, cell: (row) => (row.role ? t.roles[row.role] : "–") },
  ];
}

function actions(view: View, base: string): Column<Character> {
  const t = view.messages.roster;
  return {
    id: "actions",
    label: view.messages.common.actions,
    cell: (row) => (
      <div class="row">
        <LinkButton href={`${base}/characters/${row.id}`}>{t.edit}</LinkButton>
        {!row.isMain && (
          <ButtonForm action={`${base}/characters/${row.id}/main`}>{t.makeMain}</ButtonForm>
        )}
        <ButtonForm look="quiet" action={`${base}/characters/${row.id}/removal`}>
          {t.remove}
        </ButtonForm>
      </div>
    ),
  };
}
