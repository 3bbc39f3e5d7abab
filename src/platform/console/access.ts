import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../../http/env.ts";
import { operationsWith } from "../../http/operations.ts";
import { notFound } from "../../http/problem.ts";
import type { Tag } from "../../http/tags.ts";
import type { Area } from "../../kernel/areas.ts";
import { AppError, Forbidden } from "../../kernel/errors.ts";
import { isId } from "../../kernel/ids.ts";
import { hasFactor } from "../accounts/factors/store.ts";
import {
  allowArea,
  type OperatorContext,
  requireProved,
  type SignedIn,
  signedIn,
} from "../context.ts";

/** Below `/operator`. `operatorsOnly` sets the operator. */
export interface OperatorEnv extends AppEnv {
  Variables: AppEnv["Variables"] & { operator: OperatorContext };
}

const SAFE_METHODS = new Set(["GET", "HEAD"]);

/**
 * Admits operators. All other callers get 404. A change needs a recent sign-in, because an unattended
 * session must not be able to change the platform. Where a second factor is required, operators without one
 * may sign in, but the console only asks them to set it up.
 */
export const operatorsOnly = createMiddleware<OperatorEnv>(async function operatorsOnly(c, next) {
  const areas = areasOf(c);
  if (areas.size === 0) notFound();
  await requireFactor(c);
  const isChange = !SAFE_METHODS.has(c.req.method);
  if (isChange) {
    const redirect = proofPage(c);
    if (redirect) return redirect;
  }
  c.set("operator", { ...c.var.platform, areas });
  c.header("Cache-Control", "no-store");
  await next();
});

/** Refuses before the input is parsed. The service function checks again. */
export function requireArea(area: Area): MiddlewareHandler<OperatorEnv> {
  return async function requireArea(c, next) {
    allowArea(c.var.operator, area);
    await next();
  };
}

/** Operations below `/api/operator`. `needs` is the area that the operator must have. */
export const operatorOperations = (tag: Tag) =>
  operationsWith<OperatorEnv, Area>("console", tag, requireArea);

/** Whether the sign-in is recent. The console shows its forms only then. */
export function isProved(c: Context<OperatorEnv>): boolean {
  try {
    requireProved(signedIn(c.var.platform), c.var.services.now());
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** @throws {Forbidden} `operator/second-factor-required` */
async function requireFactor(c: Context<OperatorEnv>): Promise<void> {
  const { config, platform } = c.var.services;
  if (config.operatorSecondFactor === "offered") return;
  if (await hasFactor(platform, signedIn(c.var.platform).userId)) return;
  throw new Forbidden(
    "operator/second-factor-required",
    "Operators need a second factor. Set it up on your account page, then come back.",
  );
}

function areasOf(c: Context<OperatorEnv>): ReadonlySet<Area> {
  const { caller } = c.var;
  // An access token is valid for one guild only.
  const isOwnSession = caller.type === "user" && caller.via !== "access-token";
  return new Set((isOwnSession && caller.operates) || []);
}

/** For the API, throws the missing requirement. For a browser, redirects to the sign-in page and back. */
function proofPage(c: Context<OperatorEnv>): Response | undefined {
  if (isProved(c)) return undefined;
  if (c.req.path.startsWith("/api/")) {
    requireProved(c.var.caller as SignedIn, c.var.services.now());
  }
  // An action's address is its page's address plus one word.
  const page = c.req.path.replace(/\/[^/]+$/, "") || "/operator";
  return c.redirect(`/account/proof?next=${encodeURIComponent(page)}`, 303);
}

/** The id in a page's address. An invalid id becomes "", which no row has. */
export function pathId<Id extends string>(c: Context<OperatorEnv>): Id {
  const id = c.req.param("id")!;
  return (isId(id) ? id : "") as Id;
}
