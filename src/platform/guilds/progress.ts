import type { Context } from "hono";
import { credentialOf, isCurrent } from "../../http/current-access.ts";
import type { AppEnv } from "../../http/env.ts";
import { eventStream } from "../../http/event-stream.ts";
import { noSuchGuild } from "../../http/tenant.ts";
import { viewOf } from "../../http/view.ts";
import { delay } from "../../kernel/concurrency.ts";
import { limits } from "../../limits.ts";
import { progressOf } from "./service.ts";

/**
 * Streams the recorded steps of a founding, so that any process can do the work and the page can be
 * reloaded. Ends with `ready` or `failed`.
 */
export async function watchProgress(c: Context<AppEnv>, guildId: string): Promise<Response> {
  if (!(await progressOf(c.var.platform, guildId))) throw noSuchGuild();
  const { messages } = viewOf(c);
  const seen = Number(c.req.header("last-event-id") ?? 0) || 0;
  const { services, caller } = c.var;
  const mayRead = async () =>
    (await isCurrent(services.platform, credentialOf(caller))) &&
    (await progressOf(c.var.platform, guildId)) !== undefined;
  return eventStream(c, mayRead, async (stream) => {
    const endAt = performance.now() + limits.guild.progressWatchMsMax;
    for (let last = seen; !stream.isOver && performance.now() < endAt; ) {
      const progress = await progressOf(c.var.platform, guildId);
      if (!progress) return;
      const { guild, steps, seq } = progress;
      if (seq > last) {
        last = seq;
        for (const { step, state } of steps) {
          const data = JSON.stringify({ step, state, label: messages.common.step[state] });
          await stream.send({ id: String(seq), event: "step", data });
        }
      }
      if (guild.status === "failed") return await stream.send({ event: "failed", data: "{}" });
      if (guild.status !== "creating") {
        const data = JSON.stringify({ location: `/g/${guild.slug}/onboarding` });
        return await stream.send({ event: "ready", data });
      }
      await delay(limits.guild.progressPollMs);
    }
  });
}
