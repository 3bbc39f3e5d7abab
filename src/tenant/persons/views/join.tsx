import type { View } from "../../../http/view.ts";
import { Button, Card, LinkButton, PageHeader } from "../../../web/components.tsx";
import { emptyForm, Form } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import type { JoinInput, JoinPreview } from "../service.ts";

/** What a join would do, with the button that does it. */
export function JoinPage(props: { view: View; input: JoinInput; preview: JoinPreview }) {
  const { view, input, preview } = props;
  const { from, into, moves, overlaps } = preview;
  const t = view.messages.persons;
  return (
    <GuildLayout view={view} title={t.title(from, into)} section="roster" narrow>
      <PageHeader title={t.title(from, into)} lead={t.lead(from, into)} />
      <Card title={t.moves}>
        {moves.length === 0 && <p class="muted">{t.nothing}</p>}
        <ul>
          {moves.map(({ kind, count }) => (
            <li>{t.counts[kind](count)}</li>
          ))}
        </ul>
      </Card>
      {overlaps.length > 0 && (
        <Card title={t.overlaps}>
          <p class="muted">{t.overlapsLead}</p>
          <ul>
            {overlaps.map(({ kind, about, keeps }) => (
              <li>{t.overlap(t.kinds[kind], about, keeps === "from" ? from : into)}</li>
            ))}
          </ul>
        </Card>
      )}
      <Form form={emptyForm} messages={view.messages}>
        <input type="hidden" name="fromId" value={input.fromId} />
        <div class="row">
          <Button>{t.join}</Button>
          <LinkButton href={guildHref(view, `/roster/${input.intoId}`)}>
            {view.messages.common.back}
          </LinkButton>
        </div>
      </Form>
    </GuildLayout>
  );
}
