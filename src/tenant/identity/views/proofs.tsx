import type { View } from "../../../http/view.ts";
import {
  Badge,
  Button,
  ButtonForm,
  Card,
  CopyField,
  LinkButton,
  Notice,
  PageHeader,
  Section,
  Time,
} from "../../../web/components.tsx";
import { emptyForm, Form, type FormState, RadioField, TextField } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, Filters } from "../../../web/tables.tsx";
import type { NoteCode, ProofState, ProofView, ProvableCharacter } from "../proofs.ts";

interface ProofsProps {
  readonly view: View;
  readonly proofs: readonly ProofView[];
  readonly characters: readonly ProvableCharacter[];
  /** Can members of this guild sign in at Battle.net to prove characters? */
  readonly hasBattlenet: boolean;
  readonly form: FormState;
  /** A code that was made just now. */
  readonly made?: NoteCode;
}

/** A member proves which characters are theirs, and sees what came of it. */
export function ProofsPage(props: ProofsProps) {
  const { view, hasBattlenet, made } = props;
  const t = view.messages.proofs;
  return (
    <GuildLayout view={view} title={t.title} section="roster" narrow>
      <PageHeader title={t.title} lead={t.lead} />
      {made && <MadeCode view={view} made={made} />}
      {hasBattlenet && (
        <Card title={t.battlenet}>
          <p class="muted">{t.battlenetLead}</p>
          <div class="row">
            <LinkButton href={guildHref(view, "/identity/proofs/battlenet/start")}>
              {t.battlenetStart}
            </LinkButton>
          </div>
        </Card>
      )}
      <CodeCard {...props} />
      <OwnProofs {...props} />
    </GuildLayout>
  );
}

function MadeCode({ view, made }: { view: View; made: NoteCode }) {
  const t = view.messages.proofs;
  return (
    <Card title={t.yourCode(fullName(made.character))}>
      <CopyField id="note-code" label={t.codeField} value={made.code} messages={view.messages} />
      <ol>
        {t.codeSteps.map((step) => (
          <li>{step}</li>
        ))}
      </ol>
      <p class="muted">
        {t.codeOnce} {t.expires}{" "}
        <Time at={made.expiresAt} timeZone={view.guild!.guild.timeZone} locale={view.locale} />
      </p>
    </Card>
  );
}

function CodeCard({ view, characters, form }: ProofsProps) {
  const t = view.messages.proofs;
  const open = characters.filter(({ isMine, isProved }) => !(isMine && isProved));
  const options = open.map((one) => ({
    value: one.id,
    label: fullName(one),
    ...(one.isMine && { hint: t.mine }),
  }));
  return (
    <Card title={t.code}>
      <p class="muted">{t.codeLead}</p>
      <Filters url={view.url} messages={view.messages}>
        <TextField
          name="q"
          type="search"
          label={view.messages.common.search}
          form={emptyForm}
          value={view.url.searchParams.get("q") ?? ""}
        />
      </Filters>
      {options.length === 0 ? (
        <p class="muted">
          {t.none} {t.noneText}
        </p>
      ) : (
        <Form
          action={guildHref(view, "/identity/proofs/codes")}
          form={form}
          messages={view.messages}
        >
          <RadioField
            name="characterId"
            label={view.messages.persons.character}
            form={form}
            options={options}
            value={options[0]!.value}
          />
          <Button>{t.getCode}</Button>
        </Form>
      )}
    </Card>
  );
}

const LOOKS: Readonly<Record<ProofState, "plain" | "good" | "accent">> = {
  open: "plain",
  contested: "accent",
  proved: "good",
  ended: "plain",
};

function OwnProofs({ view, proofs }: ProofsProps) {
  const t = view.messages.proofs;
  const { timeZone } = view.guild!.guild;
  const columns: readonly Column<ProofView>[] = [
    {
      id: "character",
      label: view.messages.persons.character,
      cell: (row) => fullName(row.character),
    },
    { id: "how", label: t.how, cell: (row) => t.sources[row.source] },
    {
      id: "state",
      label: t.state,
      card: "wide",
      cell: (row) => (
        <>
          <Badge look={LOOKS[row.state]}>{t.states[row.state]}</Badge>{" "}
          {row.fault !== null && <span class="muted">{t.faults[row.fault]}</span>}
        </>
      ),
    },
    {
      id: "until",
      label: t.expires,
      cell: (row) =>
        row.state === "open" || row.state === "contested" ? (
          <Time at={row.expiresAt} timeZone={timeZone} locale={view.locale} />
        ) : (
          "–"
        ),
    },
    {
      id: "actions",
      label: view.messages.common.actions,
      cell: (row) =>
        (row.state === "open" || row.state === "contested") && (
          <ButtonForm
            look="quiet"
            action={guildHref(view, `/identity/proofs/${row.id}/withdrawal`)}
          >
            {t.withdraw}
          </ButtonForm>
        ),
    },
  ];
  return (
    <Section title={t.yours}>
      <DataTable
        caption={t.yours}
        rows={proofs}
        columns={columns}
        url={view.url}
        messages={view.messages}
        empty={<p class="muted">{t.noProofs}</p>}
      />
    </Section>
  );
}

/** What Battle.net listed: the characters of this guild, before the member confirms them. */
export function BattlenetPage(props: {
  view: View;
  /** Undefined when nothing was listed: the member declined, or the time was over. */
  found: readonly ProvableCharacter[] | undefined;
  isRefused: boolean;
}) {
  const { view, found, isRefused } = props;
  const t = view.messages.proofs;
  const open = (found ?? []).filter(({ isMine, isProved }) => !(isMine && isProved));
  return (
    <GuildLayout view={view} title={t.battlenet} section="roster" narrow>
      <PageHeader title={t.battlenet} />
      {found === undefined && (
        <Notice look="bad">{isRefused ? t.battlenetRefused : t.battlenetOver}</Notice>
      )}
      {found?.length === 0 && (
        <Card title={t.battlenetNone}>
          <p class="muted">{t.battlenetNoneText}</p>
        </Card>
      )}
      {found !== undefined && found.length > 0 && (
        <Card title={t.battlenetFound}>
          <p class="muted">{t.battlenetFoundLead}</p>
          <ul>
            {found.map((one) => (
              <li>
                {fullName(one)}{" "}
                {one.isMine && one.isProved && <Badge look="good">{t.proved}</Badge>}
              </li>
            ))}
          </ul>
          {open.length > 0 && (
            <ButtonForm look="primary" action={guildHref(view, "/identity/proofs/battlenet")}>
              {t.battlenetConfirm(open.length)}
            </ButtonForm>
          )}
        </Card>
      )}
      <div class="row">
        {found === undefined && (
          <LinkButton href={guildHref(view, "/identity/proofs/battlenet/start")}>
            {t.again}
          </LinkButton>
        )}
        <LinkButton look="quiet" href={guildHref(view, "/identity/proofs")}>
          {t.back}
        </LinkButton>
      </div>
    </GuildLayout>
  );
}

function fullName({ name, realm }: { readonly name: string; readonly realm: string }): string {
  return realm === "" ? name : `${name}-${realm}`;
}
