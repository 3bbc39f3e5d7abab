import { and, eq, lte, sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { normalEmail } from "../../kernel/email-address.ts";
import { LimitReached, UndeliverableMail } from "../../kernel/errors.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { Mail, Services } from "../../services.ts";
import type { JobOutcome } from "../fleet/schema.ts";
import { emailTokens, outgoingMessages, users } from "../schema.ts";
import { bury } from "./dead-letters.ts";
import { messageBody, messageEnvelopes, messagePlace } from "./queue.ts";
import { composed, type Params } from "./templates.ts";

type Deps = Pick<Services, "platform" | "config" | "now" | "log" | "mailer" | "rates">;
type Row = typeof outgoingMessages.$inferSelect;
type Receiver = Pick<typeof users.$inferSelect, "email" | "name" | "emailVerifiedAt">;

/** The result of one delivery. `failed` is final. */
export interface Delivery {
  readonly outcome: JobOutcome;
  readonly detail?: string;
}

/** Templates whose link is made when the message is sent, so that no secret is stored in a row. */
const LINKS = {
  verify: { path: "/verify", goodForMs: limits.auth.verifyLinkMs },
  reset: { path: "/reset", goodForMs: limits.auth.resetLinkMs },
} as const;

/**
 * Sends a queued message and removes its row. If the process dies in between, the message is sent
 * again. @throws the mail server's error. The delivery is retried later.
 */
export async function deliver(deps: Deps, id: string): Promise<Delivery> {
  const { orm } = deps.platform.db;
  const [row] = await orm.select().from(outgoingMessages).where(eq(outgoingMessages.id, id));
  if (row === undefined || row.deadAt !== null) return { outcome: "done" };
  // Uses the settled time, so that a clock that jumped ahead does not drop emails.
  if (row.expiresAt <= deps.platform.settledNow().getTime())
    return await bury(deps, row, "It was not sent in time.");
  const body = await bodyOf(deps, row);
  if (body === undefined) return await bury(deps, row, "It is sealed with another secret.");
  const receiver = await receiverOf(deps, row, body.to);
  if (receiver === undefined || !(await isWanted(deps, row, receiver)))
    return await remove(deps, row);
  const link = await linkFor(deps, row, receiver);
  if (link === "void") return { outcome: "done" };
  const account = new URL("/account", deps.config.publicUrl).href;
  const params: Params = { account, ...body.params, name: receiver.name, ...(link && { link }) };
  if (row.template === "post") return await bury(deps, row, "It is not an email.");
  const mail: Mail = { id, to: receiver.email, ...composed(row.template, body.locale, params) };
  // Mail servers may misread an address that was stored under an earlier rule.
  if (normalEmail(mail.to) !== mail.to) return await bury(deps, row, "Its address is none.");
  try {
    await deps.mailer.send(mail);
  } catch (error) {
    if (error instanceof UndeliverableMail) return await bury(deps, row, error.message);
    throw error;
  }
  return await remove(deps, row);
}

async function bodyOf({ config }: Deps, { id, sealed }: Row) {
  const text = await messageEnvelopes(config.secret)
    .open(messagePlace(id), sealed)
    .catch(() => undefined);
  return text === undefined ? undefined : messageBody.parse(JSON.parse(text));
}

async function receiverOf(deps: Deps, row: Row, to: string | null): Promise<Receiver | undefined> {
  if (row.userId === null)
    return to === null ? undefined : { email: to, name: "", emailVerifiedAt: 0 };
  const { orm } = deps.platform.db;
  const [user] = await orm.select().from(users).where(eq(users.id, row.userId));
  return user;
}

/** An unverified mailbox may belong to a stranger, so it gets a limited number of messages. */
async function isWanted(deps: Deps, row: Row, receiver: Receiver): Promise<boolean> {
  if (row.template === "verify") return receiver.emailVerifiedAt === null;
  if (row.template === "reset" || receiver.emailVerifiedAt !== null) return true;
  try {
    await deps.rates.use("email", "account", hashToken(receiver.email));
    return true;
  } catch (error) {
    if (error instanceof LimitReached) return false;
    throw error;
  }
}

/** Makes the link of a message that has one. Returns `void` if the message was withdrawn. */
async function linkFor(deps: Deps, row: Row, { email }: Receiver) {
  if (row.template !== "verify" && row.template !== "reset") return undefined;
  if (row.userId === null) return "void";
  const { path, goodForMs } = LINKS[row.template];
  const nowMs = deps.now().getTime();
  const settledMs = deps.platform.settledNow().getTime();
  const token = newToken();
  const withdrawn = new Error("This message was taken back.");
  const { db } = deps.platform;
  try {
    await write(db, [
      guard(sql`exists (select 1 from outgoing_messages where id = ${row.id})`, () => withdrawn),
      db.orm
        .delete(emailTokens)
        .where(and(eq(emailTokens.userId, row.userId), lte(emailTokens.expiresAt, settledMs))),
      db.orm.insert(emailTokens).values({
        tokenHash: hashToken(token),
        userId: row.userId,
        purpose: row.template,
        email,
        expiresAt: nowMs + goodForMs,
      }),
    ]);
  } catch (error) {
    if (error === withdrawn) return "void";
    throw error;
  }
  // The token is in the query, which is never logged. Paths are.
  return new URL(`${path}?token=${token}`, deps.config.publicUrl).href;
}

async function remove({ platform }: Deps, { id }: Row): Promise<Delivery> {
  const { db } = platform;
  await write(db, [db.orm.delete(outgoingMessages).where(eq(outgoingMessages.id, id))]);
  return { outcome: "done" };
}
