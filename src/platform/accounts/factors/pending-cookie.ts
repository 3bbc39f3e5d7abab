import type { Context } from "hono";
import type { AppEnv } from "../../../http/env.ts";
import { keepDevice, keepSession } from "../cookie.ts";
import { seal } from "../providers/flows.ts";
import { setSealedCookie } from "../providers/sealed-cookie.ts";
import type { PendingPage, SignInResult } from "./pending-sign-in.ts";

/** The page that asks for the code of a sign-in. */
export const CODE_PAGE = "/sign-in/code";

/** Keeps a sign-in in this browser for a few minutes, and redirects to the page that asks for its code. */
export async function askForCode(c: Context<AppEnv>, pending: PendingPage): Promise<Response> {
  keepDevice(c);
  setSealedCookie(c, "second-factor", await seal(c.var.services, "second-factor", pending));
  return c.redirect(CODE_PAGE, 303);
}

/** Continues after the first factor: to `next` with a session, or to the page that asks for the code. */
export async function enterOrAsk(
  c: Context<AppEnv>,
  result: SignInResult,
  next: string,
): Promise<Response> {
  if (result.type === "code-needed") return await askForCode(c, { ...result.pending, next });
  keepSession(c, result.session);
  return c.redirect(next, 303);
}
