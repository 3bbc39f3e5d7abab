import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { sentForm } from "../../http/forms.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { Button, Card, EmptyState, PageHeader, Section, Time } from "../../web/components.tsx";
import {
  Checkbox,
  emptyForm,
  Form,
  type FormState,
  SelectField,
  TextField,
} from "../../web/forms.tsx";
import { OperatorLayout } from "../../web/operator-layout.tsx";
import { DataTable } from "../../web/tables.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { SETTINGS } from "../configuration/app-config.ts";
import {
  type CacheTag,
  cacheTags,
  changeSettings,
  forgetTag,
  settings,
} from "../configuration/service.ts";
import { listPlans } from "../plans/list.ts";
import { isProved, type OperatorEnv, requireArea } from "./access.ts";
import { Changing } from "./views/parts.tsx";

type PageContext = Context<OperatorEnv>;

const settingsForm = z.object({
  // Browsers send nothing for an unchecked box.
  signUpOpen: z
    .literal("on")
    .optional()
    .transform((sent) => sent === "on"),
  announcement: SETTINGS.announcement.schema,
  firstPlan: SETTINGS.firstPlan.schema,
});

/** Below `/operator/configuration`: settings, and the cache of other services' responses. */
export function configurationPages() {
  const pages = createRouter<OperatorEnv>();
  const needed = requireArea("configuration");
  pages.get("/configuration", needed, async (c) => ownPage(c, await pageHtml(c, emptyForm)));
  pages.post("/configuration/settings", needed, (c) =>
    onForm(
      c,
      settingsForm,
      (form) => pageHtml(c, form),
      async (input) => {
        await changeSettings(c.var.operator, input);
        return c.redirect("/operator/configuration?done=saved", 303);
      },
      "guilds",
    ),
  );
  pages.post("/configuration/forgotten", needed, async (c) => {
    const { tag } = await sentForm(c);
    if (tag) await forgetTag(c.var.operator, tag);
    return c.redirect("/operator/configuration?done=removed", 303);
  });
  return pages;
}

async function pageHtml(c: PageContext, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.operator;
  const [now, plans, tags] = await Promise.all([
    settings(c.var.operator),
    listPlans(c.var.services.platform),
    cacheTags(c.var.operator),
  ]);
  return (
    <OperatorLayout view={view} title={t.nav.configuration} section="configuration">
      <PageHeader title={t.nav.configuration} lead={t.configurationLead} />
      <Card>
        <Changing c={c}>
          <Form action="/operator/configuration/settings" form={form} messages={view.messages}>
            <Checkbox
              name="signUpOpen"
              label={t.signUpOpen}
              hint={t.signUpOpenHint}
              form={form}
              checked={now.signUpOpen}
            />
            <TextField
              name="announcement"
              label={t.announcement}
              hint={t.announcementHint}
              form={form}
              value={now.announcement}
              maxlength={limits.configuration.announcementCharsMax}
            />
            <SelectField
              name="firstPlan"
              label={t.firstPlan}
              form={form}
              value={now.firstPlan}
              options={plans.map(({ name }) => ({ value: name, label: name }))}
            />
            <Button>{view.messages.common.save}</Button>
          </Form>
        </Changing>
      </Card>
      <Section title={t.cache}>
        <p class="muted">{t.cacheLead}</p>
        <Cache c={c} tags={tags} />
      </Section>
    </OperatorLayout>
  );
}

function Cache({ c, tags }: { c: PageContext; tags: readonly CacheTag[] }) {
  const view = viewOf(c);
  const t = view.messages.operator;
  return (
    <DataTable
      caption={t.cache}
      rows={tags}
      url={view.url}
      messages={view.messages}
      empty={<EmptyState title={t.cacheEmpty} text={t.cacheEmptyText} />}
      columns={[
        { id: "tag", label: t.subject, card: "title", cell: (one) => <code>{one.tag}</code> },
        { id: "entries", label: t.cacheEntries, numeric: true, cell: (one) => one.entries },
        {
          id: "oldest",
          label: t.since,
          cell: (one) => <Time at={one.oldestAt} timeZone="UTC" locale={view.locale} />,
        },
        {
          id: "actions",
          label: view.messages.common.actions,
          card: "wide",
          cell: (one) =>
            isProved(c) && (
              <form method="post" action="/operator/configuration/forgotten">
                <Button look="secondary" name="tag" value={one.tag}>
                  {t.cacheForget}
                </Button>
              </form>
            ),
        },
      ]}
    />
  );
}
