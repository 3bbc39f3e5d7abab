import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { GuildEnv } from "../../http/env.ts";
import { eventStream, mayStill } from "../../http/event-stream.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter } from "../../http/router.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import { may } from "../context.ts";
import type { GuildEvent } from "../events.ts";
import { ownPerson } from "../roster/service.ts";

const api = guildOperations("Live");
/** Streams the events of a guild. */
export const liveApi = createRouter<GuildEnv>();

liveApi.openapi(
  api.get("/events", {
    id: "watchGuild",
    summary: "Watch a guild live",
    description:
      "Streams server-sent events: `auction`, `raid`, `council`, and `clock` in between. " +
      "Send `Last-Event-ID` to continue after a lost connection. Visitors get no auctions and councils.",
    needs: "raids.view",
    query: z.object({
      after: z.coerce.number().int().min(0).optional().openapi({
        description: "Begin after this event, such as the number a page was made at.",
      }),
    }),
    answers: {
      200: {
        description:
          "Server-sent events: `auction`, `raid` and `council` as they happen, `clock` in between. " +
          "`Last-Event-ID` goes on after a cut.",
        content: { "text/event-stream": { schema: z.string() } },
      },
    },
  }),
  (c) => stream(c, c.req.valid("query").after),
);

/** What a reader needs for events of a topic. A stream ends when its reader loses any of them. */
const TOPIC_PERMISSION: Readonly<Record<string, Permission>> = {
  raid: "raids.view",
  auction: "auctions.view",
  council: "auctions.view",
};

async function stream(c: Context<GuildEnv>, after: number | undefined): Promise<Response> {
  const { services, guild: ctx } = c.var;
  const { tails, now } = services;
  const personId = may(ctx, "auctions.bid") ? (await ownPerson(ctx))?.id : undefined;
  const resumed = Number(c.req.header("last-event-id") ?? Number.NaN);
  const begin = Number.isSafeInteger(resumed) ? resumed : after;
  const from = begin ?? (await tails.lastSeq(ctx.guild.id));
  const seen = (topic: string) => may(ctx, TOPIC_PERMISSION[topic] ?? "auctions.view");
  const needed = [...new Set(Object.values(TOPIC_PERMISSION))].filter((one) => may(ctx, one));
  const mayRead = () => mayStill(c, ...needed);
  return eventStream(c, mayRead, async (stream) => {
    const tail = tails.follow(ctx.guild.id, from);
    stream.onOver(() => tail.stop());
    const clock = () =>
      stream.send({ event: "clock", data: JSON.stringify({ now: now().getTime() }) });
    await clock();
    let checkedAt = performance.now();
    while (!tail.isStopped) {
      const dueMs = checkedAt + limits.live.recheckMs;
      for (const event of await tail.next(Math.max(0, dueMs - performance.now()))) {
        if (!seen(event.topic)) continue;
        const data = JSON.stringify(forReader(event, personId));
        await stream.send({ id: String(event.seq), event: event.topic, data });
      }
      // A timer may fire a fraction early.
      if (tail.isStopped || performance.now() < dueMs - 5) continue;
      checkedAt = performance.now();
      await clock();
    }
  });
}

/** An event as this reader may see it: with names if the auction shows them, and with their own bids. */
function forReader({ topic, data }: GuildEvent, personId: string | undefined) {
  if (topic !== "auction") return data;
  const { leaders, hasNames, ...facts } = data as {
    leaders: { person: string; name: string; value: number }[];
    hasNames?: number;
  };
  return {
    ...facts,
    leaders: leaders.map(({ person, name, value }) => ({
      value,
      isOwn: person === personId,
      ...(hasNames === 1 && { name }),
    })),
  };
}
