import { z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { limits } from "../../limits.ts";
import { LinkButton, PageHeader } from "../../web/components.tsx";
import { emptyForm, SelectField } from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { Filters } from "../../web/tables.tsx";
import { keyUsageReport } from "./service.ts";
import { UsageSections } from "./views/report.tsx";

// An invalid period is ignored, because links to this page are shared.
const periodForm = z.object({
  days: z.coerce.number().int().min(1).max(limits.usage.daysMax).catch(limits.usage.days),
});

/** Below `/g/:guild/settings/keys/usage`: how the guild's keys are used. */
export function usagePages() {
  const router = createRouter<GuildEnv>();
  router.get("/settings/keys/usage", requirePermission("keys.manage"), async (c) => {
    const { days } = periodForm.parse(c.req.query());
    const report = await keyUsageReport(c.var.guild, c.var.platform, days);
    const view = viewOf(c);
    const { usage: t, keys } = view.messages;
    return c.html(
      <GuildLayout view={view} title={t.keysTitle} section="settings">
        <PageHeader title={t.keysTitle} lead={t.lead}>
          <LinkButton href={guildHref(view, "/settings/keys")}>{keys.title}</LinkButton>
        </PageHeader>
        <Filters url={view.url} messages={view.messages}>
          <PeriodField view={view} days={days} />
        </Filters>
        <UsageSections view={view} report={report} caller={({ name }) => name ?? t.removed} />
      </GuildLayout>,
    );
  });
  return router;
}

/** The choice of a period. */
export function PeriodField({ view, days }: { view: View; days: number }) {
  const t = view.messages.figures;
  return (
    <SelectField
      name="days"
      label={t.period}
      form={{ ...emptyForm, values: { days: String(days) } }}
      options={[1, limits.usage.days, 30, limits.usage.daysMax].map((one) => ({
        value: String(one),
        label: one === 1 ? view.messages.usage.today : t.lastDays(one),
      }))}
    />
  );
}
