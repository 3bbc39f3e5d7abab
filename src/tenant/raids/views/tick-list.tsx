import type { View } from "../../../http/view.ts";
import { limits } from "../../../limits.ts";
import { Button, Card, Notice, PageHeader } from "../../../web/components.tsx";
import {
  CheckboxField,
  ErrorSummary,
  type FormState,
  SelectField,
  TextArea,
} from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import type { NameMatches, RaidView } from "../service.ts";

interface Named {
  readonly personId: string;
  readonly name: string;
}

interface Props {
  readonly view: View;
  readonly raid: RaidView;
  readonly form: FormState;
  /** Active people who neither signed up nor were seen. */
  readonly others: readonly Named[];
  readonly ticked: ReadonlySet<string>;
  /** What was just found by names or in a log. */
  readonly matches: NameMatches | undefined;
  readonly reports: NameMatches["reports"];
  /** Who is there by what another person saved meanwhile. */
  readonly saved: readonly Named[] | undefined;
}

/** The roster as a list of ticks, saved in one act. Works without scripts. */
export function TickListPage(props: Props) {
  const { view, raid, form, others, ticked, matches, saved } = props;
  const t = view.messages.raids;
  const values = [...ticked];
  const groups = [
    ["signed", t.signedUp, raid.people],
    ["others", t.otherPeople, others],
  ] as const;
  return (
    <GuildLayout view={view} title={t.takeTitle(raid.name)} section="raids" narrow>
      <PageHeader title={t.takeTitle(raid.name)} lead={t.takeLead} />
      <form
        class="stack"
        method="post"
        action={guildHref(view, `/raids/${raid.id}/attendance/list`)}
        novalidate
      >
        <ErrorSummary form={form} messages={view.messages} />
        {saved && (
          <Notice look="bad">
            {t.savedElse(
              listed(
                view,
                saved.map(({ name }) => name),
              ) || t.nobodyElse,
            )}
          </Notice>
        )}
        {matches && <Found view={view} matches={matches} count={ticked.size} />}
        <input type="hidden" name="version" value={raid.attendanceVersion} />
        <div class="row">
          <Act name="save" look="primary" label={t.savePresence} />
          {raid.people.length > 0 && <Act name="all" label={t.allPresent} />}
          <Act name="none" label={t.clearAll} />
        </div>
        {groups.map(
          ([name, label, people]) =>
            people.length > 0 && (
              <CheckboxField
                name={name}
                label={label}
                form={form}
                values={values}
                options={people.map(({ personId, name: person }) => ({
                  value: personId,
                  label: person,
                  ...(name === "signed" && hintOf(view, raid, personId)),
                }))}
              />
            ),
        )}
        <Sources {...props} />
        <div class="row">
          <Act name="save" look="primary" label={t.savePresence} />
        </div>
      </form>
    </GuildLayout>
  );
}

/** Other ways to tick people: pasted names, and a combat log. */
function Sources({ view, form, reports }: Props) {
  const t = view.messages.raids;
  return (
    <>
      <Card>
        <TextArea
          name="names"
          label={t.names}
          hint={t.namesHint}
          form={form}
          rows={5}
          maxlength={limits.raids.namesCharsMax}
        />
        <Act name="names" label={t.findNames} />
      </Card>
      <Card>
        {reports.length === 0 ? (
          <p class="muted">{t.noLogs}</p>
        ) : (
          <>
            <SelectField
              name="logId"
              label={t.fromLog}
              hint={t.fromLogHint}
              form={form}
              options={reports.map(({ id, title }) => ({ value: id, label: title }))}
            />
            <Act name="log" label={t.tickLog} />
          </>
        )}
      </Card>
    </>
  );
}

function Act(props: { name: string; label: string; look?: "primary" | "secondary" }) {
  return (
    <Button look={props.look ?? "secondary"} name="act" value={props.name}>
      {props.label}
    </Button>
  );
}

/** The names without one clear person. Nothing is guessed. */
function Found(props: { view: View; matches: NameMatches; count: number }) {
  const { view, matches, count } = props;
  const t = view.messages.raids;
  const isClear = matches.unknown.length + matches.ambiguous.length === 0;
  return (
    <Notice look={isClear ? "good" : "bad"}>
      <p>{t.ticked(count)}</p>
      {matches.unknown.length > 0 && <p>{t.unknownNames(listed(view, matches.unknown))}</p>}
      {matches.ambiguous.map(({ name, people }) => (
        <p>
          {t.severalPeople(
            name,
            listed(
              view,
              people.map((one) => one.name),
            ),
          )}
        </p>
      ))}
    </Notice>
  );
}

/** What a person answered, and how they were seen. */
function hintOf(view: View, raid: RaidView, personId: string): { hint?: string } {
  const t = view.messages.raids;
  const person = raid.people.find((one) => one.personId === personId);
  const parts = [
    person?.signup && t.signups[person.signup],
    person?.presence && t.presences[person.presence],
    person?.remark && t.remarks[person.remark],
  ].filter(Boolean);
  return parts.length === 0 ? {} : { hint: parts.join(" · ") };
}

function listed(view: View, names: readonly string[]): string {
  return new Intl.ListFormat(view.locale, { type: "conjunction" }).format(names);
}
