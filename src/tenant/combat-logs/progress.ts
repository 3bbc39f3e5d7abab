import type { Context } from "hono";
import type { GuildEnv } from "../../http/env.ts";
import { eventStream, mayStill } from "../../http/event-stream.ts";
import { delay } from "../../kernel/concurrency.ts";
import { limits } from "../../limits.ts";
import { uploadDeps } from "./deps.ts";
import { liveFight } from "./live.ts";
import { type Report, readReport } from "./reports.ts";
import { uploadOf } from "./uploads.ts";

const ENDED = new Set(["ready", "failed", "duplicate", "canceled"]);

/**
 * Streams changes of a report's row, so any process can read the log and the page can be reloaded at any
 * time. Ends when the report ends.
 */
export async function watchReport(c: Context<GuildEnv>, id: string): Promise<Response> {
  const { files } = uploadDeps(c);
  const ctx = c.var.guild;
  await uploadOf(ctx, files, id);
  const { tenants, platform } = c.var.services;
  const mayRead = () => mayStill(c, "logs.view");
  return eventStream(c, mayRead, async (stream) => {
    const endAt = performance.now() + limits.logs.progressWatchMsMax;
    let last = "";
    while (!stream.isOver && performance.now() < endAt) {
      // One lease per read, because the stream outlives the request's lease.
      const guild = await platform.guild(ctx.guild.id);
      if (guild?.status !== "ready") return;
      const report = await tenants
        .use(guild, (db) => uploadOf({ ...ctx, guild, db }, files, id))
        .catch(() => undefined);
      if (report === undefined) return;
      const data = JSON.stringify(factsOf(report));
      if (data !== last) await stream.send({ event: "report", data });
      last = data;
      if (ENDED.has(report.state)) return;
      await delay(limits.logs.progressPollMs);
    }
  });
}

/**
 * Streams the current fight of a live log: `fight` with each change from `Last-Event-ID` on, and `ended`
 * once the log is complete.
 */
export async function watchFight(c: Context<GuildEnv>, id: string): Promise<Response> {
  const { files } = uploadDeps(c);
  const ctx = c.var.guild;
  await uploadOf(ctx, files, id);
  const { tenants, platform } = c.var.services;
  let seen = Number(c.req.header("last-event-id") ?? 0) || 0;
  const mayRead = () => mayStill(c, "logs.view");
  return eventStream(c, mayRead, async (stream) => {
    const endAt = performance.now() + limits.logs.progressWatchMsMax;
    while (!stream.isOver && performance.now() < endAt) {
      const guild = await platform.guild(ctx.guild.id);
      if (guild?.status !== "ready") return;
      const now = await tenants.use(guild, async (db) => ({
        live: await liveFight(db, id, seen),
        report: await readReport({ ...ctx, guild, db }, id),
      }));
      if (now.live) {
        seen = now.live.seq;
        const data = JSON.stringify(now.live.fight);
        await stream.send({ id: String(seen), event: "fight", data });
      }
      if (now.report?.state !== "parsing") {
        await stream.send({ event: "ended", data: "{}" });
        return;
      }
      await delay(limits.logs.progressPollMs);
    }
  });
}

function factsOf({ state, sizeBytes, receivedBytes, parsedBytes, encounters, error }: Report) {
  return { state, sizeBytes, receivedBytes, parsedBytes, encounters, error };
}
