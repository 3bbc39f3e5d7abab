import type { Statement } from "../database/client.ts";
import { insertInto } from "../database/statements.ts";
import type { Actor, GuildContext } from "./context.ts";
import { auditLog } from "./schema.ts";

/**
 * The audit row of one change, for the same `write` as the change. `before` and `after` are small plain
 * objects that name what changed, without secrets.
 */
export function record(
  ctx: GuildContext,
  action: string,
  subject: string,
  change: { readonly before?: unknown; readonly after?: unknown } = {},
): Statement {
  const { id, name, ...actor } = describe(ctx.actor);
  const isOperator = ctx.actor.type === "user" && ctx.actor.impersonator !== undefined;
  return insertInto(auditLog, {
    at: ctx.now().getTime(),
    actorType: isOperator ? "operator" : actor.type,
    actorId: id,
    actorName: name,
    action,
    subject,
    before: change.before ?? null,
    after: change.after ?? null,
    requestId: ctx.requestId,
    address: ctx.origin?.address ?? "",
    agent: ctx.origin?.agent ?? "",
  });
}

/** An actor as stored in rows that outlive the session. */
export function describe(actor: Actor): { type: string; id: string; name: string } {
  if (actor.type === "user") {
    const { userId: id, name, impersonator } = actor;
    // The id stays the member's, because the action counts as theirs. The name shows the operator.
    return { type: "user", id, name: impersonator ? `operator ${impersonator} as ${name}` : name };
  }
  if (actor.type === "key") return { type: "key", id: actor.keyId, name: actor.name };
  if (actor.type === "system") return { type: "system", id: actor.job, name: actor.job };
  return { type: "visitor", id: "", name: "" };
}
