import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { parsedForm, sentForm } from "../../http/forms.ts";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { VISITOR_AREAS } from "../../kernel/visitor-areas.ts";
import { Button, Card, LinkButton, Notice, PageHeader } from "../../web/components.tsx";
import { CheckboxField, emptyForm, Form } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { ownPage } from "../accounts/form-page.ts";
import { visitorsForm } from "./api.ts";
import { changeSettings } from "./settings.ts";

const PATH = "/settings/visitors";
const LISTS: ReadonlySet<string> = new Set(["visitorAreas"]);

/** What visitors see, area by area. */
export function addVisitorsPage(pages: ReturnType<typeof createRouter<GuildEnv>>): void {
  const needed = requirePermission("settings.manage");
  pages.get(PATH, needed, async (c) => ownPage(c, visitorsHtml(c)));
  pages.post(PATH, needed, async (c) => {
    const change = parsedForm(visitorsForm, await sentForm(c, LISTS));
    const { slug } = await changeSettings(c.var.guild, c.var.platform, change);
    return c.redirect(`/g/${slug}${PATH}?done=saved`, 303);
  });
}

/** The open areas in one sentence. */
export function openAreasText(view: View): string {
  const t = view.messages.visitors;
  const { visitorAreas: open } = view.guild!.guild;
  if (open.length === 0) return t.closed;
  const names = new Intl.ListFormat(view.locale).format(
    open.map((area) => view.messages.common.nav[area]),
  );
  return t.open(names);
}

function visitorsHtml(c: Context<GuildEnv>) {
  const view = viewOf(c);
  const t = view.messages.visitors;
  const { visitorAreas } = view.guild!.guild;
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href={guildHref(view, "/settings")}>
          {view.messages.common.nav.settings}
        </LinkButton>
      </PageHeader>
      <Notice>{openAreasText(view)}</Notice>
      <Card>
        <Form action={guildHref(view, PATH)} form={emptyForm} messages={view.messages}>
          <CheckboxField
            name="visitorAreas"
            label={t.legend}
            hint={t.never}
            form={emptyForm}
            options={VISITOR_AREAS.map((area) => ({
              value: area,
              label: view.messages.common.nav[area],
              hint: t.areas[area],
            }))}
            values={visitorAreas}
          />
          <Button>{view.messages.common.save}</Button>
        </Form>
      </Card>
    </GuildLayout>
  );
}
