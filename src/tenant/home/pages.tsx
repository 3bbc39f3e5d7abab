import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import {
  Card,
  EmptyState,
  LinkButton,
  PageHeader,
  Points,
  StatTile,
  Steps,
  Time,
} from "../../web/components.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { allow, type GuildContext, may } from "../context.ts";
import type { EntrySummary, Standing } from "../dkp/service.ts";
import { ledger, standings } from "../dkp/service.ts";
import { type Onboarding, onboarding, STEPS } from "../onboarding/service.ts";
import { ownPerson, persons } from "../roster/service.ts";
import { nextRaid } from "./next-raid.ts";

const TOP_ROWS = 5;

interface Home {
  readonly top: readonly Standing[];
  readonly decimals: number;
  readonly recent: readonly EntrySummary[];
  readonly mine: Standing | undefined;
  readonly setup: Onboarding | undefined;
  readonly nextRaidAt: number | undefined;
  readonly people: number;
}

/** The guild's front page: what is next, what is mine, what happened. */
export function homePages() {
  const router = createRouter<GuildEnv>();
  router.get("/", async (c) => {
    allow(c.var.guild, "standings.view");
    return c.html(<HomePage view={viewOf(c)} home={await gather(c.var.guild)} />);
  });
  return router;
}

async function gather(ctx: GuildContext): Promise<Home> {
  const me = await ownPerson(ctx);
  const page = await standings(ctx, { limit: 200 });
  const { raidSchedule, timeZone } = ctx.guild;
  return {
    top: page.items.slice(0, TOP_ROWS),
    decimals: page.pool.decimals,
    recent: may(ctx, "ledger.view") ? (await ledger(ctx, { limit: TOP_ROWS })).items : [],
    mine: me && page.items.find((row) => row.personId === me.id),
    setup: may(ctx, "settings.manage") ? await onboarding(ctx) : undefined,
    nextRaidAt: raidSchedule ? nextRaid(raidSchedule, timeZone, ctx.now().getTime()) : undefined,
    people: (await persons(ctx, { limit: 200 })).items.length,
  };
}

function HomePage({ view, home }: { view: View; home: Home }) {
  const t = view.messages.home;
  const ctx = view.guild!;
  const { guild } = ctx;
  const open = home.setup?.steps.filter(({ state }) => state === "open") ?? [];
  return (
    <GuildLayout view={view} title={t.title} section="home">
      <PageHeader
        title={guild.name}
        lead={guild.description || `${guild.realm} · ${guild.region.toUpperCase()}`}
      >
        {may(ctx, "points.award") && (
          <LinkButton look="primary" href={guildHref(view, "/ledger/award")}>
            {t.award}
          </LinkButton>
        )}
      </PageHeader>
      {home.setup && open.length > 0 && <Checklist view={view} setup={home.setup} />}
      <div class="grid">
        <StatTile label={t.nextRaid}>
          {home.nextRaidAt === undefined ? (
            t.noSchedule
          ) : (
            <Time at={home.nextRaidAt} timeZone={guild.timeZone} locale={view.locale} />
          )}
        </StatTile>
        {ctx.actor.type === "user" && (
          <StatTile label={t.balance} {...(!home.mine && { note: t.notInRoster })}>
            <Points
              amount={home.mine?.balance ?? 0}
              decimals={home.decimals}
              locale={view.locale}
            />
          </StatTile>
        )}
        <StatTile label={t.roster}>{t.people(home.people)}</StatTile>
      </div>
      <div class="grid">
        <TopStandings view={view} home={home} />
        {home.recent.length > 0 && <Recent view={view} home={home} />}
      </div>
    </GuildLayout>
  );
}

function Checklist({ view, setup }: { view: View; setup: Onboarding }) {
  const t = view.messages.home;
  const labels = view.messages.onboarding.steps;
  return (
    <Card title={t.checklist}>
      <p class="muted">{t.checklistLead}</p>
      <Steps
        messages={view.messages}
        steps={STEPS.map((step) => ({
          id: step,
          label: labels[step],
          href: guildHref(view, `/onboarding/${step}`),
          state:
            setup.steps.find((one) => one.step === step)?.state === "open" ? "waiting" : "done",
        }))}
      />
      <LinkButton href={guildHref(view, "/onboarding")}>{t.go}</LinkButton>
    </Card>
  );
}

function TopStandings({ view, home }: { view: View; home: Home }) {
  const t = view.messages.home;
  const ctx = view.guild!;
  if (home.people === 0) {
    const { roster } = view.messages;
    return (
      <EmptyState
        title={roster.noneTitle}
        text={roster.noneText}
        {...(may(ctx, "roster.manage") && {
          action: { href: guildHref(view, "/roster/import"), label: roster.import },
        })}
      />
    );
  }
  return (
    <Card title={t.top}>
      <table>
        <tbody>
          {home.top.map((row) => (
            <tr>
              <th scope="row">
                <a href={guildHref(view, `/standings/${row.personId}`)}>{row.name}</a>
              </th>
              <td class="num">
                <Points amount={row.balance} decimals={home.decimals} locale={view.locale} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <a href={guildHref(view, "/standings")}>{t.all}</a>
    </Card>
  );
}

function Recent({ view, home }: { view: View; home: Home }) {
  const t = view.messages.home;
  const { timeZone } = view.guild!.guild;
  return (
    <Card title={t.recent}>
      <table>
        <tbody>
          {home.recent.map((entry) => (
            <tr>
              <th scope="row">
                <a href={guildHref(view, `/ledger/${entry.id}`)}>{entry.reason}</a>
              </th>
              <td>
                <Time at={entry.effectiveAt} timeZone={timeZone} locale={view.locale} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <a href={guildHref(view, "/ledger")}>{t.ledger}</a>
    </Card>
  );
}
