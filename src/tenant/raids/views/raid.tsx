import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { limits } from "../../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  LinkButton,
  PageHeader,
  Section,
  TimeRange,
} from "../../../web/components.tsx";
import { Form, type FormState, RadioField, SelectField, TextField } from "../../../web/forms.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { Lamp, LivePage } from "../../../web/live-page.tsx";
import { withParams } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import type { EntrySummary, Pool } from "../../dkp/service.ts";
import { Amount } from "../../dkp/views/parts.tsx";
import { RAID_ROLES } from "../../roster/classes.ts";
import { SIGNUPS } from "../api.ts";
import type { RaidView } from "../service.ts";
import { AwardForm, Name, PresenceForm } from "./raid-forms.tsx";

interface Props {
  readonly view: View;
  readonly raid: RaidView;
  readonly form: FormState;
}

/** One raid: sign-ups, attendance, and the awards and loot. */
export function RaidPage(
  props: Props & {
    readonly seq: number;
    readonly now: number;
    readonly pool: Pool;
    readonly awards: Page<EntrySummary>;
    readonly benchIsOpen: boolean;
    readonly formKey: string;
  },
) {
  const { view, raid, form, seq, now, awards } = props;
  const t = view.messages.raids;
  const { timeZone } = view.guild!.guild;
  const mayManage = may(view.guild!, "raids.manage");
  const isOpen = raid.status === "planned" || raid.status === "running";
  const wasBegun = raid.status === "running" || raid.status === "ended";
  return (
    <LivePage
      view={view}
      title={raid.name}
      section="raids"
      seq={seq}
      now={now}
      topics="raid auction"
    >
      <PageHeader title={raid.name} lead={raid.note}>
        <Badge look={raid.status === "running" ? "good" : "plain"}>{t.status[raid.status]}</Badge>
        {!raid.counts && <Badge>{t.notCounted}</Badge>}
        {isOpen && <Lamp view={view} />}
      </PageHeader>
      {form.detail !== undefined && (
        <div class="error-summary" role="alert" tabindex={-1} autofocus>
          <strong>{form.detail}</strong>
        </div>
      )}
      <p>
        <TimeRange
          from={raid.startsAt}
          until={raid.endsAt}
          timeZone={timeZone}
          locale={view.locale}
        />
      </p>
      {mayManage && <Steps {...props} />}
      {isOpen && view.guild!.actor.type === "user" && <SignupForm {...props} />}
      <div id="raid-people" data-part="">
        <Composition view={view} raid={raid} />
        {mayManage && wasBegun ? <PresenceForm {...props} /> : <People {...props} />}
      </div>
      {wasBegun && may(view.guild!, "points.award") && <AwardForm {...props} />}
      <Awards view={view} awards={awards} />
      {wasBegun && <Links view={view} raid={raid} />}
      {mayManage && wasBegun && <Counting view={view} raid={raid} />}
    </LivePage>
  );
}

function Awards({ view, awards }: { view: View; awards: Page<EntrySummary> }) {
  const t = view.messages.raids;
  if (awards.items.length === 0) return null;
  return (
    <Section title={t.awards}>
      <ul class="plain">
        {awards.items.map((entry) => (
          <li>
            <a href={guildHref(view, `/ledger/${entry.id}`)}>{entry.reason}</a>{" "}
            <Amount view={view} amount={entry.amount} pool={entry} signed />{" "}
            <span class="muted">{t.count(entry.people)}</span>
          </li>
        ))}
      </ul>
      {awards.next && (
        <p>
          <LinkButton href={withParams(view.url, { awards: awards.next })}>
            {t.olderAwards}
          </LinkButton>
        </p>
      )}
    </Section>
  );
}

/** One button for the next step, and one to cancel. */
function Steps({ view, raid }: Props) {
  const t = view.messages.raids;
  const at = (step: string) => guildHref(view, `/raids/${raid.id}/${step}`);
  if (raid.status === "planned") {
    return (
      <Card>
        <p class="muted">{t.startLead}</p>
        <div class="row">
          <ButtonForm look="primary" action={at("start")}>
            {t.start}
          </ButtonForm>
          <ButtonForm look="quiet" action={at("cancellation")}>
            {t.cancel}
          </ButtonForm>
        </div>
      </Card>
    );
  }
  if (raid.status !== "running") return null;
  return (
    <div class="row">
      <ButtonForm action={at("end")}>{t.end}</ButtonForm>
    </div>
  );
}

/** Where to go from a raid that has begun. */
function Links({ view, raid }: { view: View; raid: RaidView }) {
  const t = view.messages.raids;
  return (
    <p class="row">
      {may(view.guild!, "auctions.run") && (
        <LinkButton look="primary" href={guildHref(view, `/auctions/new?raid=${raid.id}`)}>
          {t.auction}
        </LinkButton>
      )}
      <LinkButton href={guildHref(view, `/loot?raid=${raid.id}`)}>{t.loot}</LinkButton>
      <LinkButton look="quiet" href={guildHref(view, `/raids/${raid.id}/export.csv`)}>
        {t.csv}
      </LinkButton>
    </p>
  );
}

/** Whether the raid counts for attendance, which can be changed at any time. */
function Counting({ view, raid }: { view: View; raid: RaidView }) {
  const t = view.messages.raids;
  return (
    <form method="post" action={guildHref(view, `/raids/${raid.id}/counting`)}>
      <input type="hidden" name="counts" value={raid.counts ? "no" : "yes"} />
      <Button look="quiet">{raid.counts ? t.countNot : t.countsAgain}</Button>
    </form>
  );
}

function SignupForm(props: Props & { readonly benchIsOpen: boolean }) {
  const { view, raid, benchIsOpen } = props;
  const t = view.messages.raids;
  const own = raid.people.find((person) => person.isOwn);
  const form = { values: {}, errors: {} };
  if (!may(view.guild!, "raids.join")) return null;
  return (
    <Card title={t.signUp}>
      <Form
        form={form}
        messages={view.messages}
        action={guildHref(view, `/raids/${raid.id}/signup`)}
      >
        <RadioField
          name="status"
          label={t.yourWord}
          form={form}
          value={own?.signup ?? "yes"}
          options={SIGNUPS.map((status) => ({ value: status, label: t.signups[status] }))}
        />
        <SelectField
          name="role"
          label={t.role}
          form={form}
          value={own?.role ?? ""}
          options={[
            { value: "", label: t.usual },
            ...RAID_ROLES.map((role) => ({ value: role, label: view.messages.roster.roles[role] })),
          ]}
        />
        <TextField
          name="note"
          label={t.note}
          form={form}
          maxlength={limits.raids.noteCharsMax}
          value={own?.signupNote ?? ""}
        />
        <Button>{t.send}</Button>
      </Form>
      {benchIsOpen && own?.presence !== "present" && own?.presence !== "bench" && (
        <>
          <p class="muted">{t.benchLead}</p>
          <ButtonForm action={guildHref(view, `/raids/${raid.id}/bench`)}>{t.bench}</ButtonForm>
        </>
      )}
    </Card>
  );
}

function Composition({ view, raid }: { view: View; raid: RaidView }) {
  return (
    <ul class="counter">
      {RAID_ROLES.map((role) => (
        <li>{view.messages.roster.roleCounts[role](raid.composition[role])}</li>
      ))}
    </ul>
  );
}

function People({ view, raid }: Props) {
  const t = view.messages.raids;
  if (raid.people.length === 0) return <p class="muted">{t.nobody}</p>;
  return (
    <div class="table-wrap cards">
      <table>
        <caption>{t.peopleCaption}</caption>
        <thead>
          <tr>
            <th>{t.name}</th>
            <th>{t.said}</th>
            <th>{t.presence}</th>
          </tr>
        </thead>
        <tbody>
          {raid.people.map((person) => (
            <tr>
              <td class="title" data-label={t.name}>
                <Name view={view} person={person} />
              </td>
              <td data-label={t.said}>
                <div>
                  {person.signup && t.signups[person.signup]}
                  {person.signupNote && <span class="under muted">{person.signupNote}</span>}
                </div>
              </td>
              <td data-label={t.presence}>
                <div>
                  {person.presence && t.presences[person.presence]}
                  {person.remark && <span class="under muted">{t.remarks[person.remark]}</span>}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
