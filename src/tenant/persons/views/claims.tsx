import type { View } from "../../../http/view.ts";
import {
  Badge,
  Button,
  Card,
  EmptyState,
  LinkButton,
  Notice,
  PageHeader,
  Time,
} from "../../../web/components.tsx";
import { emptyForm, Form, RadioField, TextField } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, Filters } from "../../../web/tables.tsx";
import type { OpenClaim, OwnClaim } from "../claims.ts";

/** Which character is yours? Names equal to the member's come first. */
export function ChoicePage({ view, claim }: { view: View; claim: OwnClaim }) {
  const t = view.messages.persons;
  const options = claim.candidates.map(({ characterId, name, realm, person, isExact }) => ({
    value: characterId,
    label: realm ? `${name}-${realm}` : name,
    hint: isExact ? `${person} · ${t.sameName}` : person,
  }));
  const first = claim.candidates.find(({ isExact }) => isExact)?.characterId ?? "";
  return (
    <GuildLayout view={view} title={t.which} section="roster" narrow>
      <PageHeader title={t.which} lead={t.whichLead} />
      {claim.state === "chosen" && <Notice look="good">{t.waits}</Notice>}
      {claim.state === "refused" && <Notice look="bad">{t.refused}</Notice>}
      <Filters url={view.url} messages={view.messages}>
        <TextField
          name="q"
          type="search"
          label={view.messages.common.search}
          form={emptyForm}
          value={view.url.searchParams.get("q") ?? ""}
        />
      </Filters>
      <Form form={emptyForm} messages={view.messages}>
        <RadioField
          name="characterId"
          label={t.character}
          form={emptyForm}
          options={[...options, { value: "", label: t.noneOfThese, hint: t.noneHint }]}
          value={claim.characterId ?? first}
        />
        <div class="row">
          <Button>{t.choose}</Button>
          <LinkButton look="quiet" href={guildHref(view, "/")}>
            {t.later}
          </LinkButton>
        </div>
      </Form>
      <Card title={view.messages.proofs.short}>
        <p class="muted">{view.messages.proofs.shortLead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/identity/proofs")}>
            {view.messages.proofs.title}
          </LinkButton>
        </div>
      </Card>
    </GuildLayout>
  );
}

/** New members who wait for an officer. */
export function ClaimsPage({ view, claims }: { view: View; claims: readonly OpenClaim[] }) {
  const t = view.messages.persons;
  return (
    <GuildLayout view={view} title={t.claims} section="roster">
      <PageHeader title={t.claims} lead={t.claimsLead} />
      {claims.length === 0 ? (
        <EmptyState title={t.noClaims} text={t.noClaimsText} />
      ) : (
        <Card>
          <DataTable
            caption={t.claims}
            rows={claims}
            url={view.url}
            messages={view.messages}
            empty={null}
            columns={columns(view)}
          />
        </Card>
      )}
    </GuildLayout>
  );
}

function columns(view: View): readonly Column<OpenClaim>[] {
  const t = view.messages.persons;
  const { timeZone } = view.guild!.guild;
  return [
    { id: "member", label: t.member, cell: (row) => row.userName },
    {
      id: "character",
      label: t.character,
      cell: (row) =>
        row.character === null ? (
          <Badge>{row.state === "asked" ? t.noChoice : t.noneOfThese}</Badge>
        ) : (
          `${row.character} (${row.person})`
        ),
    },
    {
      id: "since",
      label: t.since,
      cell: (row) => <Time at={row.at} timeZone={timeZone} locale={view.locale} />,
    },
    {
      id: "actions",
      label: view.messages.common.actions,
      cell: (row) => (
        <div class="row">
          {(["yes", "no"] as const).map((answer) => (
            <form method="post" action={guildHref(view, `/roster/claims/${row.userId}/decision`)}>
              <input type="hidden" name="confirmed" value={answer} />
              <input type="hidden" name="characterId" value={row.characterId ?? ""} />
              <Button look={answer === "yes" ? "primary" : "quiet"}>
                {answer === "no" ? t.refuse : row.character === null ? t.makeNew : t.confirm}
              </Button>
            </form>
          ))}
        </div>
      ),
    },
  ];
}
