import type { Provisioner } from "../../provisioning/provisioner.ts";
import type { TenantDatabases } from "../database/tenants.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Envelopes } from "../kernel/envelope.ts";
import type { GuildId } from "../kernel/ids.ts";
import { resealFactors } from "../platform/accounts/factors/store.ts";
import { PERSONAL_RESEAL_JOB, resealPersonal } from "../platform/accounts/secrets/service.ts";
import { PLAN_JOB } from "../platform/jobs/kinds.ts";
import { deliver } from "../platform/messages/delivery.ts";
import { deliverPost, type PostDeps } from "../platform/messages/post-delivery.ts";
import { MESSAGE_JOB, POST_JOB } from "../platform/messages/queue.ts";
import type { Services } from "../services.ts";
import { SETTLE_JOB } from "../tenant/auctions/open.ts";
import { settle } from "../tenant/auctions/settlement.ts";
import { RESEAL_JOB, type Resealed, reseal } from "../tenant/connections/reseal.ts";
import { secretOf } from "../tenant/connections/service.ts";
import type { GuildContext } from "../tenant/context.ts";
import { runFeed } from "../tenant/discord/feed.ts";
import { FEED_JOB } from "../tenant/discord/feed-settings.ts";
import type { FeedDeps } from "../tenant/discord/posts.ts";
import { correctRuleTimes, DECAY_JOB, decaysDue, runDecay } from "../tenant/dkp/decay.ts";
import { type IdentityDeps, runIdentity } from "../tenant/identity/jobs.ts";
import { IDENTITY_JOB } from "../tenant/identity/runs.ts";
import { finishImport, IMPORT_JOB } from "../tenant/imports/work.ts";
import type { JobWork } from "./job-runner.ts";

interface Deps {
  readonly tenants: TenantDatabases;
  readonly now: Clock;
}

/** Jobs that players wait for. They must not queue behind backups and clean-ups. */
export function promptWork(
  deps: Deps & Pick<Services, "platform">,
): Readonly<Record<string, JobWork>> {
  // Both change balances, so neither believes a clock that jumped ahead.
  const settledNow = () => deps.platform.settledNow();
  return {
    [SETTLE_JOB]: inGuild(deps, async (ctx, auctionId) => {
      const done = await settle(ctx, auctionId, settledNow).catch((error: unknown) => {
        // The opening was refused or lost after the job was scheduled.
        if ((error as { code?: string }).code === "auctions/not-found") return undefined;
        throw error;
      });
      return done?.status === "open" ? done.closesAt : undefined;
    }),
    [DECAY_JOB]: inGuild(deps, async (ctx, poolId) => {
      const settled = { ...ctx, now: settledNow };
      await correctRuleTimes(settled, poolId);
      const due = await decaysDue(settled, poolId);
      for (const period of due?.periods ?? []) await runDecay(settled, { pool: poolId, period });
      return due?.nextAt;
    }),
  };
}

/** Applies a guild's new plan to its database. */
export function planWork(provisioner: Provisioner): Readonly<Record<string, JobWork>> {
  return {
    [PLAN_JOB]: {
      anyStatus: true,
      run: async (_job, guild) => {
        if (guild) await provisioner.applyPlan(guild.id);
        return undefined;
      },
    },
  };
}

/** Sends emails. A slow or unreachable mail server must not delay other jobs. */
export function messageWork(
  deps: Parameters<typeof deliver>[0],
): Readonly<Record<string, JobWork>> {
  return { [MESSAGE_JOB]: { run: async ({ subject }) => await deliver(deps, subject) } };
}

/** Posts to Discord. Separate from emails, because Discord asks for pauses. */
export function postWork(
  deps: Deps & Omit<PostDeps, "botTokenOf"> & Pick<Services, "envelopes">,
): Readonly<Record<string, JobWork>> {
  const run: JobWork["run"] = async ({ subject, kind }, guild) => {
    if (guild === undefined) return undefined;
    const actor = { type: "system", job: kind } as const;
    const botTokenOf = async () => {
      const own = await deps.tenants.use(guild, (db) => {
        const ctx = { guild, db, actor, now: deps.now, requestId: "", idempotencyKey: undefined };
        return secretOf(ctx, deps.envelopes, "discord-bot");
      });
      return own?.value ?? deps.discord.ownToken;
    };
    return await deliverPost({ ...deps, botTokenOf }, subject);
  };
  return { [POST_JOB]: { run } };
}

/** Posts what is new in guilds to the channels that they chose. */
export function feedWork(deps: Deps & FeedDeps): Readonly<Record<string, JobWork>> {
  return { [FEED_JOB]: inGuild(deps, (ctx) => runFeed(ctx, deps)) };
}

/** Reseals the secrets of guilds and people after a change of keys. */
export function sealingWork(
  deps: Deps & Pick<Services, "platform" | "envelopes" | "log">,
): Readonly<Record<string, JobWork>> {
  const { envelopes, log } = deps;
  const logResealed = (guildId: GuildId | undefined, done: Resealed) => {
    const level = done.unreadable === 0 ? "info" : "error";
    log[level]("secrets.resealed", { guildId, ...done });
  };
  return {
    [RESEAL_JOB]: inGuild(deps, async (ctx, keyId) => {
      refuseOtherKey(envelopes, keyId);
      logResealed(ctx.guild.id, await reseal(ctx, envelopes));
      return undefined;
    }),
    [PERSONAL_RESEAL_JOB]: {
      run: async ({ kind, subject }) => {
        refuseOtherKey(envelopes, subject);
        const caller = { type: "system", name: kind } as const;
        const nowhere = { requestId: "", address: "", agent: "" };
        const ctx = { services: deps, caller, ...nowhere };
        const [secrets, factors] = [await resealPersonal(ctx), await resealFactors(ctx)];
        logResealed(undefined, {
          resealed: secrets.resealed + factors.resealed,
          unreadable: secrets.unreadable + factors.unreadable,
        });
        return undefined;
      },
    },
  };
}

/** A server that has not restarted yet would seal with the old key. Another one has to do the job. */
function refuseOtherKey(envelopes: Envelopes, keyId: string): void {
  if (envelopes.currentKeyId === keyId) return;
  throw new Error("This server seals with another key. Restart it with today's SECRETS_KEYS.");
}

/** Reads guilds' rosters and members from other services, and matches them. */
export function identityWork(deps: Deps & IdentityDeps): Readonly<Record<string, JobWork>> {
  return { [IDENTITY_JOB]: inGuild(deps, (ctx, subject) => runIdentity(ctx, deps, subject)) };
}

/** Finishes commits and reversals of imports. A large one takes minutes. */
export function importWork(deps: Deps): Readonly<Record<string, JobWork>> {
  return { [IMPORT_JOB]: inGuild(deps, (ctx, id) => finishImport(ctx, id)) };
}

/** Work in the database of the job's guild. Returns when it is due again. */
export function inGuild(
  { tenants, now }: Deps,
  work: (ctx: GuildContext, subject: string) => Promise<number | undefined>,
): JobWork {
  return {
    run: async (job, guild) => {
      if (guild === undefined) return undefined;
      const actor = { type: "system", job: job.kind } as const;
      const dueAt = await tenants.use(guild, (db) =>
        work({ guild, db, actor, now, requestId: "", idempotencyKey: undefined }, job.subject),
      );
      return { dueAt };
    },
  };
}
