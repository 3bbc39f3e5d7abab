import type { View } from "../../http/view.ts";
import { CHARGES, DIVISIONS, TINCTURES } from "../../kernel/crest.ts";
import { Button, Card } from "../../web/components.tsx";
import { CrestImage } from "../../web/crest.tsx";
import { Form, type FormState, SelectField } from "../../web/forms.tsx";
import { guildHref } from "../../web/layout.tsx";

/** The crest with its four choices. The first tincture colours the guild's pages. */
export function CrestCard({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.crest;
  const { crest } = view.guild!.guild;
  const choices = <N extends string>(names: readonly N[], labels: Readonly<Record<N, string>>) =>
    names.map((value) => ({ value, label: labels[value] }));
  return (
    <Card title={t.title}>
      <div class="row">
        <span class="crest-preview">
          <CrestImage crest={crest} />
        </span>
        <p class="muted">{t.lead}</p>
      </div>
      <Form action={guildHref(view, "/settings/crest")} form={form} messages={view.messages}>
        <div class="grid">
          <SelectField
            name="charge"
            label={t.charge}
            form={form}
            options={choices(CHARGES, t.charges)}
            value={crest.charge}
          />
          <SelectField
            name="division"
            label={t.division}
            form={form}
            options={choices(DIVISIONS, t.divisions)}
            value={crest.division}
          />
          <SelectField
            name="first"
            label={t.first}
            hint={t.firstHint}
            form={form}
            options={choices(TINCTURES, t.tinctures)}
            value={crest.first}
          />
          <SelectField
            name="second"
            label={t.second}
            form={form}
            options={choices(TINCTURES, t.tinctures)}
            value={crest.second}
          />
        </div>
        <Button>{t.save}</Button>
      </Form>
    </Card>
  );
}
