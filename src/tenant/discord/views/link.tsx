import type { View } from "../../../http/view.ts";
import { Button, Card, PageHeader } from "../../../web/components.tsx";
import { emptyForm, Form } from "../../../web/forms.tsx";
import { GuildLayout } from "../../../web/layout.tsx";

/** Asks a member whether the Discord account that typed `/link` is theirs. */
export function LinkPage({ view, name, token }: { view: View; name: string; token: string }) {
  const t = view.messages.discord;
  return (
    <GuildLayout view={view} title={t.linkTitle} section="identity" narrow>
      <PageHeader title={t.linkTitle} lead={t.linkLead(name)} />
      <Card title={t.linkWarning}>
        <p>{t.linkWarningText(name)}</p>
        <Form form={emptyForm} messages={view.messages}>
          <input type="hidden" name="token" value={token} />
          <Button>{t.linkButton}</Button>
        </Form>
      </Card>
    </GuildLayout>
  );
}
