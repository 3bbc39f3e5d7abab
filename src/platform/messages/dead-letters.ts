import { and, count, desc, eq, isNotNull } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { type ActingContext, allowArea, type OperatorContext, record } from "../context.ts";
import { OF_THE_PLATFORM } from "../jobs/kinds.ts";
import { guilds, outgoingMessages } from "../schema.ts";
import { MESSAGE_JOB, POST_JOB } from "./queue.ts";

type Row = typeof outgoingMessages.$inferSelect;

/** A message that was given up. Its content stays sealed. Times are Unix milliseconds. */
export interface DeadLetter extends Readonly<RowOf<typeof DEAD_LETTER>> {
  /** The guild's address. Null for emails and for a guild that is gone. */
  readonly slug: string | null;
}

const DEAD_LETTER = columnsOf(
  outgoingMessages,
  "id",
  "kind",
  "template",
  "guildId",
  "createdAt",
  "deadAt",
  "deadReason",
);

const oneDeadLetter = prepare(({ id }: Values<{ readonly id: string }>) =>
  build
    .select(DEAD_LETTER)
    .from(outgoingMessages)
    .where(and(eq(outgoingMessages.id, id), isNotNull(outgoingMessages.deadAt))),
);

/** Gives a message up. It stays as a dead letter until an operator retries or discards it. */
export async function bury(
  deps: Pick<Services, "platform" | "log">,
  row: Row,
  detail: string,
): Promise<{ readonly outcome: "failed"; readonly detail: string }> {
  const { platform, log } = deps;
  const nowMs = platform.now().getTime();
  if (row.kind === "email") {
    log.error("mail.given-up", { userId: row.userId ?? undefined, purpose: row.template, detail });
  } else {
    log.warn("discord.given-up", { guildId: row.guildId ?? undefined, detail });
  }
  const dead = {
    deadAt: nowMs,
    deadReason: detail,
    expiresAt: nowMs + limits.messages.deadKeptMs,
  };
  await write(platform.db, [
    build.update(outgoingMessages).set(dead).where(eq(outgoingMessages.id, row.id)),
  ]);
  return { outcome: "failed", detail };
}

/** Messages that were given up, the latest first, and how many there are in all. */
export async function listDeadLetters(
  ctx: OperatorContext,
): Promise<{ readonly items: readonly DeadLetter[]; readonly total: number }> {
  allowArea(ctx, "jobs");
  const { orm } = ctx.services.platform.db;
  const isDead = isNotNull(outgoingMessages.deadAt);
  const [items, [counted]] = await Promise.all([
    orm
      .select({ ...DEAD_LETTER, slug: guilds.slug })
      .from(outgoingMessages)
      .leftJoin(guilds, eq(guilds.id, outgoingMessages.guildId))
      .where(isDead)
      .orderBy(desc(outgoingMessages.deadAt), outgoingMessages.id)
      .limit(limits.jobs.pageRows),
    orm.select({ total: count() }).from(outgoingMessages).where(isDead),
  ]);
  return { items, total: counted?.total ?? 0 };
}

/**
 * Sends a dead letter again. Its link is made when it is sent.
 * @throws {NotFound} `outbox/not-found`
 */
export async function retryDeadLetter(ctx: OperatorContext, id: string): Promise<void> {
  allowArea(ctx, "jobs");
  const { platform, jobs } = ctx.services;
  const letter = await deadLetter(ctx, id);
  const nowMs = platform.now().getTime();
  const { goodForMs, postGoodForMs } = limits.messages;
  const isPost = letter.kind === "discord";
  const expiresAt = nowMs + (isPost ? postGoodForMs : goodForMs);
  await write(platform.db, [
    stillDead(id),
    build
      .update(outgoingMessages)
      .set({ deadAt: null, deadReason: null, expiresAt })
      .where(eq(outgoingMessages.id, id)),
    isPost
      ? jobs.enqueueRow(letter.guildId ?? OF_THE_PLATFORM, POST_JOB, id, nowMs)
      : jobs.enqueueRow(OF_THE_PLATFORM, MESSAGE_JOB, id, nowMs),
    record(ctx, "outbox.retry", id, { ...ofGuild(letter), before: letter }),
  ]);
  ctx.services.wakeJobs();
}

/** Deletes a dead letter. @throws {NotFound} `outbox/not-found` */
export async function discardDeadLetter(ctx: OperatorContext, id: string): Promise<void> {
  allowArea(ctx, "jobs");
  const letter = await deadLetter(ctx, id);
  await write(ctx.services.platform.db, [
    stillDead(id),
    build.delete(outgoingMessages).where(eq(outgoingMessages.id, id)),
    record(ctx, "outbox.discard", id, { ...ofGuild(letter), before: letter }),
  ]);
}

function ofGuild({ guildId }: Pick<DeadLetter, "guildId">) {
  return guildId === null ? {} : { guildId };
}

async function deadLetter(ctx: ActingContext, id: string) {
  const found = await oneDeadLetter.first(ctx.services.platform.db, { id });
  if (found) return found;
  throw gone();
}

function stillDead(id: string) {
  const isIt = and(eq(outgoingMessages.id, id), isNotNull(outgoingMessages.deadAt));
  return guard(existsIn(outgoingMessages, isIt), gone);
}

function gone(): NotFound {
  return new NotFound(
    "outbox/not-found",
    "This message is not among the undelivered ones any more. Reload the list.",
  );
}
