import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../../http/env.ts";
import { operationsWith } from "../../http/operations.ts";
import { notFound } from "../../http/problem.ts";
import type { Tag } from "../../http/tags.ts";
import type { Area } from "../../kernel/areas.ts";
import { AppError } from "../../kernel/errors.ts";
import { isId } from "../../kernel/ids.ts";
import { requireProved, type SignedIn, signedIn } from "../context.ts";
import { allowArea, type OperatorContext } from "./context.ts";

/** Below `/operator`: `operatorsOnly` found out who it is. */
export interface OperatorEnv extends AppEnv {
  Variables: AppEnv["Variables"] & { operator: OperatorContext };
}

const SAFE_METHODS = new Set(["GET", "HEAD"]);

/**
 * Lets operators in; for everybody else there is nothing at this address. Whoever changes something
 * has typed their password a moment ago, because a session left open must not run the platform.
 */
export const operatorsOnly = createMiddleware<OperatorEnv>(async function operatorsOnly(c, next) {
  const areas = areasOf(c);
  if (areas.size === 0) notFound();
  const isChange = !SAFE_METHODS.has(c.req.method);
  if (isChange) {
    const asked = proofPage(c);
    if (asked) return asked;
  }
  c.set("operator", { ...c.var.platform, areas });
  c.header("Cache-Control", "no-store");
  await next();
});

/** Refuses before the input is read; the verb asks again. */
export function requireArea(area: Area): MiddlewareHandler<OperatorEnv> {
  return async function requireArea(c, next) {
    allowArea(c.var.operator, area);
    await next();
  };
}

/** Operations below `/api/operator`. `needs` is the area that the operator must have. */
export const operatorOperations = (tag: Tag) =>
  operationsWith<OperatorEnv, Area>("console", tag, requireArea);

/** Was the password typed just now? Forms of the console are shown only then. */
export function isProved(c: Context<OperatorEnv>): boolean {
  try {
    requireProved(signedIn(c.var.platform), c.var.services.now());
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function areasOf(c: Context<OperatorEnv>): ReadonlySet<Area> {
  const { caller } = c.var;
  // An access token was made for one guild and opens nothing else.
  const isOwnSession = caller.type === "user" && caller.via !== "access-token";
  return new Set((isOwnSession && caller.operates) || []);
}

/** A program is told what is missing; a person is asked, and comes back to the page before. */
function proofPage(c: Context<OperatorEnv>): Response | undefined {
  if (isProved(c)) return undefined;
  if (c.req.path.startsWith("/api/")) {
    requireProved(c.var.caller as SignedIn, c.var.services.now());
  }
  // The address of an act is the one of its page, and one word.
  const page = c.req.path.replace(/\/[^/]+$/, "") || "/operator";
  return c.redirect(`/account/proof?next=${encodeURIComponent(page)}`, 303);
}

/** The id in a page's address; what is no id names nothing. */
export function pathId<Id extends string>(c: Context<OperatorEnv>): Id {
  const id = c.req.param("id")!;
  return (isId(id) ? id : "") as Id;
}
