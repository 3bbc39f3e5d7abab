import type { View } from "../../../http/view.ts";
import { Button } from "../../../web/components.tsx";
import { Form, type FormState, TextField } from "../../../web/forms.tsx";

/** A form with one field for a code, which password managers and phones fill in. */
export function CodeForm(props: { view: View; form: FormState; action: string; label: string }) {
  const { view, form, action, label } = props;
  const t = view.messages.factors;
  return (
    <Form action={action} form={form} messages={view.messages}>
      <TextField
        name="code"
        label={t.code}
        hint={t.codeHint}
        form={{ ...form, values: {} }}
        required
        autocomplete="one-time-code"
        maxlength={40}
      />
      <Button>{label}</Button>
    </Form>
  );
}
