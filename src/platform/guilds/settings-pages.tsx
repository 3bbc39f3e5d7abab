import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import type { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { may } from "../../tenant/context.ts";
import { Button, Card, LinkButton, Meter, PageHeader } from "../../web/components.tsx";
import { crestSvg } from "../../web/crest.tsx";
import {
  emptyForm,
  Form,
  type FormState,
  SelectField,
  TextArea,
  TextField,
} from "../../web/forms.tsx";
import { planName } from "../../web/i18n/index.ts";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import { usageOf } from "../plans/service.ts";
import * as inputs from "./api.ts";
import { CrestCard } from "./crest-card.tsx";
import { changeSettings } from "./settings.ts";
import { SLUG_CHARS_MAX } from "./slugs.ts";
import { openAreasText } from "./visitors-page.tsx";

type Page = Context<GuildEnv>;

/** A day. The pages' address of the crest changes with it, so only other addresses can be late. */
const CREST_KEPT_S = 86_400;

/** The guild's name, address, visibility and plan. */
export function addSettingsPages(pages: ReturnType<typeof createRouter<GuildEnv>>): void {
  const needed = requirePermission("settings.manage");
  pages
    .get("/settings", needed, async (c) => ownPage(c, await settingsHtml(c, emptyForm)))
    .get("/crest.svg", (c) => {
      c.header("Content-Type", "image/svg+xml");
      c.header("Cache-Control", `private, max-age=${CREST_KEPT_S}`);
      return c.body(crestSvg(c.var.guild.guild.crest));
    })
    .post("/settings/crest", needed, (c) =>
      onForm(
        c,
        inputs.crestForm,
        async (form) => await settingsHtml(c, form),
        async (crest) => {
          const { slug } = await changeSettings(c.var.guild, c.var.platform, { crest });
          return c.redirect(`/g/${slug}/settings?done=saved`, 303);
        },
        "guilds",
      ),
    )
    .post("/settings", needed, (c) =>
      onForm(
        c,
        inputs.settingsForm,
        async (form) => await settingsHtml(c, form),
        async (input) => {
          const { slug } = await changeSettings(c.var.guild, c.var.platform, input);
          return c.redirect(`/g/${slug}/settings?done=saved`, 303);
        },
        "guilds",
      ),
    );
}

async function settingsHtml(c: Page, form: FormState) {
  const view = viewOf(c);
  const t = view.messages.settings;
  const { guild } = c.var.guild;
  const usage = await usageOf(c.var.services.platform, guild);
  return (
    <GuildLayout view={view} title={t.title} section="settings">
      <PageHeader title={t.title} />
      <Card title={t.general}>
        <Form action={guildHref(view, "/settings")} form={form} messages={view.messages}>
          <GeneralFields c={c} form={form} />
          <Button>{view.messages.common.save}</Button>
        </Form>
      </Card>
      <CrestCard view={view} form={form} />
      <Card title={view.messages.visitors.title}>
        <p class="muted">{openAreasText(view)}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/settings/visitors")}>
            {view.messages.visitors.choose}
          </LinkButton>
        </div>
      </Card>
      {may(c.var.guild, "keys.manage") && <ConnectionCards view={view} />}
      <Card title={view.messages.backups.title}>
        <p class="muted">{view.messages.backups.lead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/settings/backups")}>
            {view.messages.backups.title}
          </LinkButton>
          {may(c.var.guild, "guild.own") && (
            <LinkButton look="danger" href={guildHref(view, "/settings/deletion")}>
              {view.messages.backups.end}
            </LinkButton>
          )}
        </div>
      </Card>
      <Card title={view.messages.domains.title}>
        <p class="muted">{view.messages.domains.lead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/settings/domain")}>
            {view.messages.domains.title}
          </LinkButton>
        </div>
      </Card>
      <Card title={view.messages.imports.title}>
        <p class="muted">{view.messages.imports.settingsLead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/imports")}>{view.messages.imports.title}</LinkButton>
        </div>
      </Card>
      <Card title={t.schedule}>
        <p class="muted">{t.scheduleLead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/onboarding/schedule")}>{t.scheduleOpen}</LinkButton>
        </div>
      </Card>
      <Card title={`${t.plan}: ${planName(view.messages, guild.plan.name)}`}>
        <Meter label={t.members} {...usage.members} />
        <Meter label={t.guilds} {...usage.guilds} />
        <div class="row">
          <LinkButton href={guildHref(view, "/settings/plan")}>
            {view.messages.plans.title}
          </LinkButton>
        </div>
      </Card>
    </GuildLayout>
  );
}

/** Links to the pages of keys and connections, which need the same permission. */
function ConnectionCards({ view }: { view: View }) {
  const { keys, connections } = view.messages;
  return (
    <>
      <Card title={keys.title}>
        <p class="muted">{keys.lead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/settings/keys")}>{keys.title}</LinkButton>
        </div>
      </Card>
      <Card title={connections.title}>
        <p class="muted">{connections.lead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/settings/connections")}>
            {connections.title}
          </LinkButton>
        </div>
      </Card>
    </>
  );
}

function GeneralFields({ c, form }: { c: Page; form: FormState }) {
  const { messages } = viewOf(c);
  const t = messages.settings;
  const { guild } = c.var.guild;
  const { nameCharsMax, contactCharsMax, descriptionCharsMax } = limits.guild;
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  // Keeps an alias of a time zone, so that saving another setting does not change it.
  if (!zones.includes(guild.timeZone)) zones.push(guild.timeZone);
  const factions = Object.entries(messages.common.factions);
  return (
    <>
      <TextField
        name="name"
        label={t.name}
        form={form}
        value={guild.name}
        maxlength={nameCharsMax}
        required
      />
      <TextField
        name="slug"
        label={t.slug}
        hint={t.slugHint}
        form={form}
        value={guild.slug}
        maxlength={SLUG_CHARS_MAX}
        required
      />
      <SelectField
        name="faction"
        label={t.faction}
        form={form}
        options={factions.map(([value, label]) => ({ value, label }))}
        value={guild.faction}
      />
      <TextArea
        name="description"
        label={t.description}
        hint={t.descriptionHint}
        form={form}
        value={guild.description}
        maxlength={descriptionCharsMax}
      />
      <TextField
        name="contact"
        label={t.contact}
        hint={t.contactHint}
        form={form}
        value={guild.contact}
        maxlength={contactCharsMax}
      />
      <SelectField
        name="timeZone"
        label={t.timeZone}
        form={form}
        options={zones.map((zone) => ({ value: zone, label: zone }))}
        value={guild.timeZone}
      />
    </>
  );
}
