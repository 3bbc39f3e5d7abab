import type { View } from "../../../http/view.ts";
import { limits } from "../../../limits.ts";
import { Button, Card, ClassName, LinkButton } from "../../../web/components.tsx";
import { Checkbox, Form, type FormState, TextField } from "../../../web/forms.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { classLabel } from "../../dkp/views/parts.tsx";
import { PRESENCES, REMARKS } from "../api.ts";
import type { RaidPerson, RaidView } from "../service.ts";

interface Props {
  readonly view: View;
  readonly raid: RaidView;
}

/** Presence and remark of each person who signed up or was there, in one form. */
export function PresenceForm(props: Props & { readonly form: FormState }) {
  const { view, raid, form } = props;
  const t = view.messages.raids;
  return (
    <form
      class="list"
      method="post"
      action={guildHref(view, `/raids/${raid.id}/attendance`)}
      id="presence"
    >
      <input type="hidden" name="version" value={raid.attendanceVersion} />
      <div class="row">
        <LinkButton href={guildHref(view, `/raids/${raid.id}/attendance`)}>{t.takeAll}</LinkButton>
      </div>
      {raid.people.length > 0 && (
        <>
          <div class="table-wrap cards">
            <table>
              <caption>{t.peopleCaption}</caption>
              <thead>
                <tr>
                  <th>{t.name}</th>
                  <th>{t.said}</th>
                  <th>{t.presence}</th>
                  <th>{t.credit}</th>
                  <th>{t.remark}</th>
                </tr>
              </thead>
              <tbody>
                {raid.people.map((person) => (
                  <PresenceRow view={view} person={person} form={form} />
                ))}
              </tbody>
            </table>
          </div>
          <Button look="secondary">{t.savePresence}</Button>
        </>
      )}
    </form>
  );
}

function PresenceRow(props: { view: View; person: RaidPerson; form: FormState }) {
  const { view, person, form } = props;
  const t = view.messages.raids;
  const id = person.personId;
  const chosen = form.values[`presence-${id}`] ?? person.presence;
  const remarked = form.values[`remark-${id}`] ?? person.remark;
  return (
    <tr>
      <td class="title" data-label={t.name}>
        <Name view={view} person={person} />
      </td>
      <td data-label={t.said}>
        <div>{person.signup && t.signups[person.signup]}</div>
      </td>
      <td data-label={t.presence}>
        <select
          id={`presence-${id}`}
          name={`presence-${id}`}
          aria-label={`${t.presence}: ${person.name}`}
        >
          <option value="">{t.noRemark}</option>
          {PRESENCES.map((presence) => (
            <option value={presence} selected={chosen === presence}>
              {t.presences[presence]}
            </option>
          ))}
        </select>
      </td>
      <td data-label={t.credit}>
        <div>
          {person.isExempt ? t.exempt : person.creditPct === null ? "" : `${person.creditPct} %`}
        </div>
      </td>
      <td data-label={t.remark}>
        <select
          id={`remark-${id}`}
          name={`remark-${id}`}
          aria-label={`${t.remark}: ${person.name}`}
        >
          <option value="">{t.noRemark}</option>
          {REMARKS.map((remark) => (
            <option value={remark} selected={remarked === remark}>
              {t.remarks[remark]}
            </option>
          ))}
        </select>
      </td>
    </tr>
  );
}

/** One button for each usual award, and fields for all others. */
export function AwardForm(props: Props & { readonly formKey: string }) {
  const { view, raid, formKey } = props;
  const t = view.messages.raids;
  const form = { values: {}, errors: {} };
  const presets = [
    ["onTime", 15, true],
    ["boss", 5, false],
    ["newBoss", 10, false],
    ["completion", 10, false],
  ] as const;
  const action = guildHref(view, `/raids/${raid.id}/awards`);
  return (
    <Card title={t.award}>
      <p class="muted">{t.awardLead}</p>
      <div class="row">
        {presets.map(([id, points, exceptLate]) => (
          <form method="post" action={action}>
            <input type="hidden" name="key" value={`${formKey}:${id}`} />
            <input type="hidden" name="points" value={points} />
            <input type="hidden" name="reason" value={t.presets[id]} />
            <input type="hidden" name="exceptLate" value={exceptLate ? "on" : ""} />
            <Button look="secondary">{`${t.presets[id]} · ${points}`}</Button>
          </form>
        ))}
      </div>
      <details>
        <summary>{view.messages.common.more}</summary>
        <Form form={form} messages={view.messages} action={action}>
          <input type="hidden" name="key" value={formKey} />
          <TextField
            name="points"
            label={t.awardPoints}
            form={form}
            inputmode="decimal"
            maxlength={40}
            required
          />
          <TextField
            name="reason"
            label={t.reason}
            form={form}
            maxlength={limits.dkp.reasonCharsMax}
            required
          />
          <TextField
            name="benchPct"
            label={t.benchPct}
            form={form}
            inputmode="numeric"
            value="100"
          />
          <Checkbox name="exceptLate" label={t.exceptLate} form={form} />
          <Checkbox name="confirm" label={t.confirmAward} form={form} />
          {raid.status === "ended" && <Checkbox name="asOfNow" label={t.asOfNow} form={form} />}
          <Button>{t.award}</Button>
        </Form>
      </details>
    </Card>
  );
}

/** A person with class and role, as a link to their statement. */
export function Name({ view, person }: { view: View; person: RaidPerson }) {
  return (
    <div>
      <a href={guildHref(view, `/standings/${person.personId}`)}>{person.name}</a>
      <span class="under muted">
        {person.class && <ClassName id={person.class} name={classLabel(view, person.class)} />}
        {person.role && ` · ${view.messages.roster.roles[person.role]}`}
      </span>
    </div>
  );
}
