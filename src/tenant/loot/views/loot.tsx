import type { View } from "../../../http/view.ts";
import { limits } from "../../../limits.ts";
import {
  Badge,
  Button,
  ClassName,
  EmptyState,
  LinkButton,
  PageHeader,
  Section,
  Time,
} from "../../../web/components.tsx";
import {
  emptyForm,
  Form,
  type FormState,
  RadioField,
  SelectField,
  TextArea,
  TextField,
} from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable, Filters } from "../../../web/tables.tsx";
import { may } from "../../context.ts";
import { Amount, classLabel } from "../../dkp/views/parts.tsx";
import type { Loot, Wish } from "../service.ts";

/** The list of awards, with a filter and the link to the CSV file. */
export function LootPage(props: {
  view: View;
  items: readonly Loot[];
  next: string | undefined;
  q: string;
}) {
  const { view, items, next, q } = props;
  const t = view.messages.loot;
  const mayAdd = may(view.guild!, "auctions.run");
  return (
    <GuildLayout view={view} title={t.title} section="loot">
      <PageHeader title={t.title} lead={t.lead}>
        {mayAdd && (
          <LinkButton look="primary" href={guildHref(view, "/loot/new")}>
            {t.add}
          </LinkButton>
        )}
        {may(view.guild!, "auctions.view") && (
          <LinkButton href={guildHref(view, "/loot/councils")}>{t.councils}</LinkButton>
        )}
        {may(view.guild!, "raids.join") && (
          <LinkButton href={guildHref(view, "/loot/wishes")}>{t.wishes}</LinkButton>
        )}
        <LinkButton look="quiet" href={guildHref(view, "/loot/export.csv")}>
          {t.csv}
        </LinkButton>
        <LinkButton look="quiet" href={guildHref(view, "/exports")}>
          {view.messages.exports.title}
        </LinkButton>
      </PageHeader>
      <Filters url={view.url} messages={view.messages}>
        <TextField name="q" type="search" label={t.find} form={emptyForm} value={q} />
      </Filters>
      <LootTable view={view} items={items} next={next} />
    </GuildLayout>
  );
}

/** One item: its awards with their prices, and the wishes for it. */
export function ItemPage(props: {
  view: View;
  name: string;
  items: readonly Loot[];
  wishes: readonly Wish[];
}) {
  const { view, name, items, wishes } = props;
  const t = view.messages.loot;
  return (
    <GuildLayout view={view} title={name} section="loot">
      <PageHeader title={name} lead={t.itemLead}>
        {may(view.guild!, "auctions.run") && (
          <LinkButton
            look="primary"
            href={guildHref(view, `/auctions/new?item=${encodeURIComponent(name)}`)}
          >
            {view.messages.auctions.start}
          </LinkButton>
        )}
      </PageHeader>
      {may(view.guild!, "auctions.view") && (
        <Section title={t.wanted}>
          {wishes.length === 0 ? (
            <p class="muted">{t.nobodyWants}</p>
          ) : (
            <ol class="plain">
              {wishes.map((wish) => (
                <li>
                  <strong>{wish.personName}</strong> <span class="muted">{t.rank(wish.rank)}</span>{" "}
                  {wish.hasIt && <Badge look="good">{t.has}</Badge>} {wish.note}
                </li>
              ))}
            </ol>
          )}
        </Section>
      )}
      <LootTable view={view} items={items} next={undefined} />
    </GuildLayout>
  );
}

/** A table of awards, also for the pages of raids and people. */
function LootTable(props: { view: View; items: readonly Loot[]; next: string | undefined }) {
  const { view, items, next } = props;
  const t = view.messages.loot;
  const mayUndo = may(view.guild!, "auctions.run");
  const columns = [itemColumn, personColumn, priceColumn, sourceColumn, timeColumn];
  return (
    <DataTable
      caption={t.caption}
      rows={items}
      url={view.url}
      messages={view.messages}
      next={next}
      phone="lines"
      columns={(mayUndo ? [...columns, undoColumn] : columns).map((column) => column(view))}
      empty={<EmptyState icon="loot" title={t.none} text={t.noneText} />}
    />
  );
}

function itemColumn(view: View): Column<Loot> {
  const t = view.messages.loot;
  return {
    id: "item",
    label: t.item,
    cell: (row) => (
      <>
        <a href={guildHref(view, `/loot/items/${encodeURIComponent(row.itemKey)}`)}>
          {row.itemName}
        </a>{" "}
        {row.isReverted && <Badge look="bad">{t.undone}</Badge>}
        {(row.boss || row.note) && (
          <span class="under muted">{[row.boss, row.note].filter(Boolean).join(" · ")}</span>
        )}
      </>
    ),
  };
}

function personColumn(view: View): Column<Loot> {
  const t = view.messages.loot;
  return {
    id: "who",
    label: t.who,
    cell: (row) =>
      row.personId === null ? (
        <span class="muted">{t.fates[row.fate]}</span>
      ) : (
        <>
          <a href={guildHref(view, `/standings/${row.personId}`)}>{row.personName}</a>
          {row.class && (
            <span class="under muted">
              <ClassName id={row.class} name={classLabel(view, row.class)} />
              {row.spec === "off" && ` · ${t.specs.off}`}
            </span>
          )}
        </>
      ),
  };
}

function priceColumn(view: View): Column<Loot> {
  const t = view.messages.loot;
  return {
    id: "price",
    label: t.price,
    numeric: true,
    cell: (row) =>
      row.txId === null || !may(view.guild!, "ledger.view") ? (
        <Amount view={view} amount={row.price} pool={row} />
      ) : (
        <a href={guildHref(view, `/ledger/${row.txId}`)}>
          <Amount view={view} amount={row.price} pool={row} />
        </a>
      ),
  };
}

function sourceColumn(view: View): Column<Loot> {
  const t = view.messages.loot;
  return {
    id: "source",
    label: t.source,
    cell: (row) =>
      row.auctionId && may(view.guild!, "auctions.view") ? (
        <a href={guildHref(view, `/auctions/${row.auctionId}`)}>{t.sources[row.source]}</a>
      ) : (
        t.sources[row.source]
      ),
  };
}

function timeColumn(view: View): Column<Loot> {
  const t = view.messages.loot;
  return {
    id: "when",
    label: t.when,
    cell: (row) => (
      <>
        <Time at={row.at} timeZone={view.guild!.guild.timeZone} locale={view.locale} />
        {row.raidName && <span class="under muted">{row.raidName}</span>}
      </>
    ),
  };
}

function undoColumn(view: View): Column<Loot> {
  const t = view.messages.loot;
  return {
    id: "undo",
    label: view.messages.common.actions,
    cell: (row) =>
      row.isReverted ? null : (
        <LinkButton look="quiet" href={guildHref(view, `/loot/${row.id}/reversal`)}>
          {t.undo}
        </LinkButton>
      ),
  };
}

/** The form for an award by hand. */
export function LootFormPage(props: {
  view: View;
  form: FormState;
  people: readonly { readonly personId: string; readonly name: string }[];
  raids: readonly { readonly id: string; readonly name: string }[];
  formKey: string;
}) {
  const { view, form, people, raids, formKey } = props;
  const t = view.messages.loot;
  return (
    <GuildLayout view={view} title={t.add} section="loot" narrow>
      <PageHeader title={t.add} lead={t.addLead} />
      <Form form={form} messages={view.messages}>
        <input type="hidden" name="key" value={formKey} />
        <TextField
          name="itemName"
          label={t.item}
          form={form}
          autocomplete="off"
          maxlength={limits.auctions.itemCharsMax}
          value={view.url.searchParams.get("item") ?? ""}
          required
        />
        <RadioField
          name="fate"
          label={t.fate}
          form={form}
          value="person"
          options={(["person", "disenchanted", "bank"] as const).map((fate) => ({
            value: fate,
            label: t.fates[fate],
          }))}
        />
        <SelectField
          name="personId"
          label={t.who}
          form={form}
          options={[
            { value: "", label: "–" },
            ...people.map(({ personId, name }) => ({ value: personId, label: name })),
          ]}
        />
        <TextField name="points" label={t.price} form={form} inputmode="decimal" value="0" />
        <SelectField
          name="source"
          label={t.source}
          form={form}
          options={(["manual", "council"] as const).map((source) => ({
            value: source,
            label: t.sources[source],
          }))}
        />
        <TextField name="boss" label={t.boss} form={form} maxlength={limits.loot.noteCharsMax} />
        <RaidField view={view} form={form} raids={raids} />
        <TextField name="note" label={t.note} form={form} maxlength={limits.loot.noteCharsMax} />
        <Button>{t.add}</Button>
      </Form>
    </GuildLayout>
  );
}

/** The choice of a raid. Hidden if there is none to choose. */
function RaidField(props: {
  view: View;
  form: FormState;
  raids: readonly { readonly id: string; readonly name: string }[];
}) {
  const { view, form, raids } = props;
  if (raids.length === 0) return null;
  return (
    <SelectField
      name="raidId"
      label={view.messages.loot.raid}
      form={form}
      value={view.url.searchParams.get("raid") ?? ""}
      options={[
        { value: "", label: "–" },
        ...raids.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

/** Asks for the reason before an award is reverted. */
export function LootReversalPage(props: { view: View; form: FormState; item: Loot }) {
  const { view, form, item } = props;
  const t = view.messages.loot;
  return (
    <GuildLayout view={view} title={t.undo} section="loot" narrow>
      <PageHeader
        title={t.undo}
        lead={`${item.itemName}${item.personName ? ` · ${item.personName}` : ""}`}
      />
      <p class="muted">{t.undoLead}</p>
      <Form form={form} messages={view.messages}>
        <TextField
          name="reason"
          label={t.reason}
          form={form}
          maxlength={limits.dkp.reasonCharsMax}
          required
        />
        <div class="row">
          <Button look="danger">{t.undo}</Button>
          <LinkButton look="quiet" href={guildHref(view, "/loot")}>
            {view.messages.common.cancel}
          </LinkButton>
        </div>
      </Form>
    </GuildLayout>
  );
}

/** The caller's own wishes, one item on each line. */
export function WishesPage(props: { view: View; form: FormState; own: readonly Wish[] }) {
  const { view, form, own } = props;
  const t = view.messages.loot;
  return (
    <GuildLayout view={view} title={t.wishes} section="loot" narrow>
      <PageHeader title={t.wishes} lead={t.wishesLead} />
      <Form form={form} messages={view.messages}>
        <TextArea
          name="items"
          label={t.wishesLabel}
          form={form}
          rows={12}
          value={own.map(({ itemName }) => itemName).join("\n")}
        />
        <Button>{view.messages.common.save}</Button>
      </Form>
      <ul class="plain">
        {own
          .filter((wish) => wish.hasIt)
          .map((wish) => (
            <li>
              {wish.itemName} <Badge look="good">{t.has}</Badge>
            </li>
          ))}
      </ul>
    </GuildLayout>
  );
}
