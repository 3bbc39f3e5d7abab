import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { limits } from "../../../limits.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  ClassName,
  EmptyState,
  PageHeader,
  Time,
} from "../../../web/components.tsx";
import { Form, type FormState, RadioField, SelectField, TextField } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { Lamp, LivePage } from "../../../web/live-page.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import { classLabel } from "../../dkp/views/parts.tsx";
import { RESPONSES } from "../api.ts";
import type { Candidate, Council, CouncilView } from "../councils.ts";

const NO_FORM: FormState = { values: {}, errors: {} };

/** The list of councils, and the form for a new one. */
export function CouncilsPage(props: { view: View; page: Page<Council>; form: FormState }) {
  const { view, page, form } = props;
  const t = view.messages.loot;
  return (
    <GuildLayout view={view} title={t.councils} section="loot">
      <PageHeader title={t.councils} lead={t.councilsLead} />
      {may(view.guild!, "auctions.run") && (
        <Card title={t.openCouncil}>
          <Form form={form} messages={view.messages}>
            <TextField
              name="itemName"
              label={t.item}
              form={form}
              autocomplete="off"
              maxlength={limits.auctions.itemCharsMax}
              required
            />
            <TextField
              name="boss"
              label={t.boss}
              form={form}
              autocomplete="off"
              maxlength={limits.loot.noteCharsMax}
            />
            <Button>{t.openCouncil}</Button>
          </Form>
        </Card>
      )}
      <DataTable
        caption={t.councilsCaption}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState icon="loot" title={t.noCouncils} text={t.councilsLead} />}
        columns={[
          {
            id: "item",
            label: t.item,
            cell: (row) => <a href={guildHref(view, `/loot/councils/${row.id}`)}>{row.itemName}</a>,
          },
          {
            id: "state",
            label: view.messages.auctions.state,
            cell: (row) => row.winnerName ?? t.councilStates[row.status],
          },
          {
            id: "when",
            label: t.when,
            cell: (row) => (
              <Time at={row.openedAt} timeZone={view.guild!.guild.timeZone} locale={view.locale} />
            ),
          },
        ]}
      />
    </GuildLayout>
  );
}

/** One council: the responses, and for officers the votes and the decision. */
export function CouncilPage(props: {
  view: View;
  seq: number;
  now: number;
  council: CouncilView;
  people: readonly { readonly personId: string; readonly name: string }[];
  form: FormState;
}) {
  const { view, seq, now, council, people, form } = props;
  const t = view.messages.loot;
  const isOpen = council.status === "open";
  const runs = may(view.guild!, "auctions.run");
  return (
    <LivePage
      view={view}
      title={council.itemName}
      section="loot"
      seq={seq}
      now={now}
      topics="council"
    >
      <PageHeader
        title={council.itemName}
        lead={[council.boss, council.note].filter(Boolean).join(" · ")}
      >
        <Badge look={isOpen ? "accent" : "plain"}>{t.councilStates[council.status]}</Badge>
        {isOpen && <Lamp view={view} />}
      </PageHeader>
      {form.detail !== undefined && (
        <div class="error-summary" role="alert" tabindex={-1} autofocus>
          <strong>{form.detail}</strong>
        </div>
      )}
      {council.winnerName && (
        <Card title={view.messages.auctions.results}>
          <strong>{council.winnerName}</strong>
        </Card>
      )}
      {isOpen && view.guild!.actor.type === "user" && (
        <ResponseForm view={view} council={council} />
      )}
      <div id="council-candidates" data-part="">
        <Candidates view={view} council={council} canVote={isOpen && runs} />
      </div>
      {isOpen && runs && <DecisionForm view={view} council={council} people={people} />}
    </LivePage>
  );
}

function ResponseForm({ view, council }: { view: View; council: CouncilView }) {
  const t = view.messages.loot;
  const own = council.candidates.find((one) => one.isOwn);
  return (
    <Card title={t.yourResponse}>
      <Form
        form={NO_FORM}
        messages={view.messages}
        action={guildHref(view, `/loot/councils/${council.id}/response`)}
      >
        <RadioField
          name="response"
          label={t.response}
          form={NO_FORM}
          value={own?.response ?? "upgrade"}
          options={RESPONSES.map((one) => ({ value: one, label: t.responses[one] }))}
        />
        <TextField
          name="note"
          label={t.note}
          form={NO_FORM}
          value={own?.note ?? ""}
          maxlength={limits.loot.noteCharsMax}
        />
        <Button>{t.sendResponse}</Button>
      </Form>
    </Card>
  );
}

function Candidates(props: { view: View; council: CouncilView; canVote: boolean }) {
  const { view, council, canVote } = props;
  const t = view.messages.loot;
  const columns: readonly Column<Candidate>[] = [
    {
      id: "who",
      label: t.who,
      cell: (one) => (
        <>
          <a href={guildHref(view, `/standings/${one.personId}`)}>{one.name}</a>
          <span class="under muted">
            {one.class && <ClassName id={one.class} name={classLabel(view, one.class)} />}
          </span>
        </>
      ),
    },
    {
      id: "response",
      label: t.response,
      cell: (one) => (
        <>
          {one.response && t.responses[one.response]}
          {one.note && <span class="under muted">{one.note}</span>}
        </>
      ),
    },
    { id: "items", label: t.received, numeric: true, cell: (one) => one.items },
    { id: "wish", label: t.wanted, cell: (one) => (one.wish ? t.rank(one.wish) : "") },
    {
      id: "votes",
      label: t.votes,
      cell: (one) =>
        one.voters === null ? (
          t.hiddenVotes
        ) : (
          <>
            <strong>{one.voters.length}</strong>{" "}
            <span class="under muted">{one.voters.join(", ")}</span>
          </>
        ),
    },
  ];
  const voting: Column<Candidate> = {
    id: "vote",
    label: view.messages.common.actions,
    cell: (one) =>
      council.ownVote === one.personId ? (
        <Badge look="good">{t.yourVote}</Badge>
      ) : (
        <form method="post" action={guildHref(view, `/loot/councils/${council.id}/vote`)}>
          <input type="hidden" name="personId" value={one.personId} />
          <Button look="secondary">{t.voteFor}</Button>
        </form>
      ),
  };
  return (
    <DataTable
      caption={t.candidatesCaption}
      rows={council.candidates}
      url={view.url}
      messages={view.messages}
      empty={<p class="muted">{t.noResponses}</p>}
      columns={canVote ? [...columns, voting] : columns}
    />
  );
}

function DecisionForm(props: {
  view: View;
  council: CouncilView;
  people: readonly { readonly personId: string; readonly name: string }[];
}) {
  const { view, council, people } = props;
  const t = view.messages.loot;
  return (
    <Card title={t.decide}>
      <Form
        form={NO_FORM}
        messages={view.messages}
        action={guildHref(view, `/loot/councils/${council.id}/decision`)}
      >
        <SelectField
          name="personId"
          label={t.who}
          form={NO_FORM}
          value={council.candidates[0]?.personId ?? ""}
          options={people.map(({ personId, name }) => ({ value: personId, label: name }))}
        />
        <TextField name="points" label={t.price} form={NO_FORM} inputmode="decimal" value="0" />
        <Button>{t.decide}</Button>
      </Form>
      <ButtonForm
        look="quiet"
        action={guildHref(view, `/loot/councils/${council.id}/cancellation`)}
      >
        {view.messages.auctions.cancel}
      </ButtonForm>
    </Card>
  );
}
