import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { PlatformStore } from "../../platform/store.ts";
import {
  ButtonForm,
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
import { type AuctionView, openAuctions } from "../auctions/service.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { readAccount } from "../dkp/queries.ts";
import type { EntrySummary, Standing } from "../dkp/service.ts";
import { ledger, poolOf, standings } from "../dkp/service.ts";
import { type Loot, loot } from "../loot/service.ts";
import { type Onboarding, onboarding, STEPS } from "../onboarding/service.ts";
import { comingRaids, type RaidView, raid } from "../raids/service.ts";
import { RAID_ROLES } from "../roster/classes.ts";
import { ownPerson, type RosterSummary, rosterSummary } from "../roster/service.ts";
import { nextRaid } from "./next-raid.ts";
import { NextRaidCard } from "./next-raid-card.tsx";

const TOP_ROWS = 5;

interface Home {
  /** Undefined for readers who may not see it. */
  readonly top: readonly Standing[] | undefined;
  readonly decimals: number;
  readonly recent: readonly EntrySummary[];
  readonly mine: { readonly personId: string; readonly balance: number } | undefined;
  readonly setup: Onboarding | undefined;
  readonly nextRaidAt: number | undefined;
  readonly nextRaid: RaidView | undefined;
  readonly auctions: readonly AuctionView[];
  readonly loot: readonly Loot[];
  /** Undefined for readers who may not see it. */
  readonly roster: RosterSummary | undefined;
}

/** The guild's front page: what is next, the reader's own figures, and recent events. */
export function homePages() {
  const router = createRouter<GuildEnv>();
  router.get("/", async (c) => {
    allow(c.var.guild, "guild.view");
    const home = await gather(c.var.guild, c.var.services.platform);
    return c.html(<HomePage view={viewOf(c)} home={home} />);
  });
  return router;
}

async function gather(ctx: GuildContext, platform: PlatformStore): Promise<Home> {
  const me = await ownPerson(ctx);
  const pool = await poolOf(ctx, undefined);
  const { raidSchedule, timeZone } = ctx.guild;
  const seesRaids = may(ctx, "raids.view");
  const nowMs = ctx.now().getTime();
  const coming = seesRaids ? (await comingRaids(ctx, { limit: TOP_ROWS })).items : [];
  const next = coming.find((one) => one.status === "running" || one.endsAt > nowMs);
  return {
    nextRaid: next && (await raid(ctx, next.id)),
    auctions: may(ctx, "auctions.view") ? (await openAuctions(ctx)).slice(0, TOP_ROWS) : [],
    loot: may(ctx, "loot.view") ? (await loot(ctx, { limit: TOP_ROWS })).items : [],
    top: may(ctx, "standings.view") ? (await standings(ctx, { limit: TOP_ROWS })).items : undefined,
    decimals: pool.decimals,
    recent: may(ctx, "ledger.view") ? (await ledger(ctx, { limit: TOP_ROWS })).items : [],
    mine: me && (await readAccount(ctx, pool, me.id)),
    setup: may(ctx, "settings.manage") ? await onboarding(ctx, platform) : undefined,
    nextRaidAt: raidSchedule ? nextRaid(raidSchedule, timeZone, nowMs) : undefined,
    roster: may(ctx, "roster.view") ? await rosterSummary(ctx) : undefined,
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
      {home.nextRaid && (
        <NextRaidCard view={view} raid={home.nextRaid} unanswered={unanswered(ctx, home)} />
      )}
      <div class="grid">
        {!home.nextRaid && <RaidNights view={view} home={home} />}
        {ctx.actor.type === "user" && (
          <StatTile label={t.balance} {...(!home.mine && { note: t.notInRoster })}>
            <Mine view={view} home={home} />
          </StatTile>
        )}
        {home.roster && <RosterTile view={view} roster={home.roster} />}
      </div>
      {home.auctions.length > 0 && <Auctions view={view} home={home} />}
      <div class="grid">
        {home.top && <TopStandings view={view} top={home.top} home={home} />}
        {home.recent.length > 0 && <Recent view={view} home={home} />}
        {home.loot.length > 0 && <RecentLoot view={view} home={home} />}
      </div>
    </GuildLayout>
  );
}

/** How many people have not answered for the next raid. Only for officers, and not for a team's raid. */
function unanswered(ctx: GuildContext, { nextRaid: next, roster }: Home): number | undefined {
  if (next === undefined || next.teamId !== null || !may(ctx, "raids.manage")) return undefined;
  if (roster === undefined) return undefined;
  const answers = next.people.filter(({ signup, isActive }) => isActive && signup !== null);
  return Math.max(0, roster.people - answers.length);
}

/** When the next raid night is by the guild's schedule, while no raid is planned. */
function RaidNights({ view, home }: { view: View; home: Home }) {
  const t = view.messages.home;
  const { timeZone } = view.guild!.guild;
  return (
    <StatTile label={t.nextRaid}>
      {home.nextRaidAt !== undefined ? (
        <Time at={home.nextRaidAt} timeZone={timeZone} locale={view.locale} />
      ) : may(view.guild!, "settings.manage") ? (
        <a href={guildHref(view, "/onboarding/schedule")}>{t.setSchedule}</a>
      ) : (
        t.noSchedule
      )}
    </StatTile>
  );
}

function Mine({ view, home }: { view: View; home: Home }) {
  const { mine, decimals } = home;
  const points = <Points amount={mine?.balance ?? 0} decimals={decimals} locale={view.locale} />;
  if (!mine) return points;
  return <a href={guildHref(view, `/standings/${mine.personId}`)}>{points}</a>;
}

function RosterTile({ view, roster }: { view: View; roster: RosterSummary }) {
  const t = view.messages.home;
  return (
    <StatTile label={t.roster} {...(roster.mains > 0 && { note: rolesLine(view, roster) })}>
      <a href={guildHref(view, "/roster")}>{t.people(roster.people)}</a>
    </StatTile>
  );
}

function rolesLine(view: View, roster: RosterSummary): string {
  const counts = view.messages.roster.roleCounts;
  return RAID_ROLES.filter((role) => roster.roles[role] !== undefined)
    .map((role) => counts[role](roster.roles[role]!))
    .join(" · ");
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
      <div class="row">
        <LinkButton href={guildHref(view, "/onboarding")}>{t.go}</LinkButton>
        <ButtonForm look="quiet" action={guildHref(view, "/onboarding/dismissal")}>
          {t.dismiss}
        </ButtonForm>
      </div>
    </Card>
  );
}

function TopStandings(props: { view: View; home: Home; top: readonly Standing[] }) {
  const { view, home, top } = props;
  const t = view.messages.home;
  const ctx = view.guild!;
  if (home.roster?.mains === 0 && home.recent.length === 0) {
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
          {top.map((row) => (
            <tr>
              <th scope="row">
                {may(ctx, "ledger.view") ? (
                  <a href={guildHref(view, `/standings/${row.personId}`)}>{row.name}</a>
                ) : (
                  row.name
                )}
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

/** The open auctions: members look here during a raid. */
function Auctions({ view, home }: { view: View; home: Home }) {
  const t = view.messages.auctions;
  const { timeZone } = view.guild!.guild;
  return (
    <Card title={t.title}>
      <table>
        <tbody>
          {home.auctions.map((auction) => (
            <tr>
              <th scope="row">
                <a href={guildHref(view, `/auctions/${auction.id}`)}>{auction.itemName}</a>
              </th>
              <td>
                {t.endsAt} <Time at={auction.closesAt} timeZone={timeZone} locale={view.locale} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <a href={guildHref(view, "/auctions")}>{t.open}</a>
    </Card>
  );
}

function RecentLoot({ view, home }: { view: View; home: Home }) {
  const t = view.messages.loot;
  return (
    <Card title={t.title}>
      <table>
        <tbody>
          {home.loot.map((one) => (
            <tr>
              <th scope="row">
                <a href={guildHref(view, `/loot/items/${encodeURIComponent(one.itemKey)}`)}>
                  {one.itemName}
                </a>
              </th>
              <td>{one.personName ?? t.fates[one.fate]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <a href={guildHref(view, "/loot")}>{t.all}</a>
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
