import type { View } from "../../../http/view.ts";
import { limits } from "../../../limits.ts";
import { Button, LinkButton, PageHeader } from "../../../web/components.tsx";
import {
  Checkbox,
  CheckboxField,
  Form,
  type FormState,
  RadioField,
  SelectField,
  TextField,
} from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import type { Pool } from "../../dkp/service.ts";
import { classLabel, poolName } from "../../dkp/views/parts.tsx";
import { CLASS_IDS } from "../../roster/classes.ts";
import { PRICE_RULES, TIE_BREAKS } from "../api.ts";
import { hasOnePrice, modesThat } from "../rules.ts";
import { AUCTION_MODES } from "../schema.ts";

/** The form for a drop. All fields except item and mode have defaults. */
export function AuctionFormPage(props: {
  view: View;
  form: FormState;
  pool: Pool;
  pools: readonly Pool[];
  raids: readonly { readonly id: string; readonly name: string }[];
  formKey: string;
}) {
  const { view, form, pool, pools, raids, formKey } = props;
  const t = view.messages.auctions;
  const isEpgp = pool.kind === "epgp";
  const modes = isEpgp ? modesThat(hasOnePrice) : AUCTION_MODES;
  return (
    <GuildLayout view={view} title={t.start} section="auctions" narrow>
      <PageHeader title={t.start} />
      <Form form={form} messages={view.messages}>
        <input type="hidden" name="key" value={formKey} />
        <ItemFields view={view} form={form} />
        {pools.length > 1 ? (
          <SelectField
            name="pool"
            label={view.messages.dkp.pool}
            form={form}
            value={pool.id}
            options={pools.map((one) => ({ value: one.id, label: poolName(view, one) }))}
          />
        ) : (
          <input type="hidden" name="pool" value={pool.id} />
        )}
        <RadioField
          name="mode"
          label={t.mode}
          form={form}
          value={isEpgp ? "fixed" : "open"}
          options={modes.map((mode) => ({
            value: mode,
            label: t.modes[mode],
            hint: t.modeHints[mode],
          }))}
        />
        <PriceFields view={view} form={form} isEpgp={isEpgp} />
        <MoreFields view={view} form={form} isEpgp={isEpgp} raids={raids} />
        <div class="row">
          <Button>{t.start}</Button>
          <LinkButton look="quiet" href={guildHref(view, "/auctions")}>
            {view.messages.common.cancel}
          </LinkButton>
        </div>
      </Form>
    </GuildLayout>
  );
}

function ItemFields({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.auctions;
  return (
    <>
      <TextField
        name="itemName"
        label={t.item}
        hint={t.itemHint}
        form={form}
        autocomplete="off"
        maxlength={limits.auctions.itemCharsMax}
        value={view.url.searchParams.get("item") ?? ""}
        required
      />
      <TextField
        name="boss"
        label={t.boss}
        form={form}
        autocomplete="off"
        maxlength={limits.loot.noteCharsMax}
      />
    </>
  );
}

/** The time and the amounts of an auction. */
function PriceFields(props: { view: View; form: FormState; isEpgp: boolean }) {
  const { view, form, isEpgp } = props;
  const t = view.messages.auctions;
  return (
    <>
      <TextField
        name="minutes"
        label={t.minutes}
        form={form}
        inputmode="decimal"
        value="2"
        required
      />
      <TextField
        name="minimum"
        label={isEpgp ? t.price : t.minimum}
        form={form}
        inputmode="decimal"
        value="0"
      />
      <TextField
        name="increment"
        label={t.increment}
        hint={t.incrementHint}
        form={form}
        inputmode="decimal"
        value="1"
      />
    </>
  );
}

/** Fields that most auctions leave at their defaults. */
function MoreFields(props: {
  view: View;
  form: FormState;
  isEpgp: boolean;
  raids: readonly { readonly id: string; readonly name: string }[];
}) {
  const { view, form, isEpgp, raids } = props;
  const t = view.messages.auctions;
  return (
    <details class="card">
      <summary>{view.messages.common.more}</summary>
      <TextField name="copies" label={t.copies} form={form} inputmode="numeric" value="1" />
      <TextField name="maximum" label={t.maximum} form={form} inputmode="decimal" />
      <SelectField
        name="tieBreak"
        label={t.tieBreak}
        form={form}
        value={isEpgp ? "priority" : "first"}
        options={TIE_BREAKS.map((one) => ({ value: one, label: t.tieBreaks[one] }))}
      />
      <TextField
        name="snipeSeconds"
        label={t.snipe}
        hint={t.snipeHint}
        form={form}
        inputmode="numeric"
        value="30"
      />
      {!isEpgp && (
        <SelectField
          name="price"
          label={t.priceRule}
          form={form}
          options={[
            { value: "", label: t.priceRules.usual },
            ...PRICE_RULES.map((one) => ({ value: one, label: t.priceRules[one] })),
          ]}
        />
      )}
      <Checkbox name="allowsMinimum" label={t.allowsMinimum} form={form} />
      <Checkbox name="allowsOffSpec" label={t.allowsOffSpec} form={form} checked />
      <Checkbox name="allowsAllIn" label={t.allowsAllIn} form={form} checked />
      {raids.length > 0 && <RaidFields view={view} form={form} raids={raids} />}
      <CheckboxField
        name="classes"
        label={t.classes}
        form={form}
        options={CLASS_IDS.map((id) => ({ value: id, label: classLabel(view, id) }))}
      />
      <TextField name="note" label={t.note} form={form} maxlength={limits.loot.noteCharsMax} />
    </details>
  );
}

/** The raid of an auction, and the rules that need one. */
function RaidFields(props: {
  view: View;
  form: FormState;
  raids: readonly { readonly id: string; readonly name: string }[];
}) {
  const { view, form, raids } = props;
  const t = view.messages.auctions;
  return (
    <>
      <SelectField
        name="raidId"
        label={t.raid}
        form={form}
        value={view.url.searchParams.get("raid") ?? ""}
        options={[
          { value: "", label: t.noRaid },
          ...raids.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <Checkbox name="presentOnly" label={t.presentOnly} form={form} />
      <Checkbox name="endsWhenPassed" label={t.endsWhenPassed} form={form} />
      <p class="muted">{t.endsWhenPassedHint}</p>
    </>
  );
}
