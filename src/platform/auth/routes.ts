import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../../http/env.ts";
import {
  createRouter,
  json,
  jsonBody,
  problem,
  runsEachTime,
  shownOnce,
} from "../../http/router.ts";
import type { SessionId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { accountHolder, accountViewer, type NewSession } from "./accounts.ts";
import { forgetSession, keepSession } from "./cookie.ts";
import {
  emailInput,
  nameInput,
  passwordInput,
  proofInput,
  resetInput,
  signInInput,
  signUpInput,
  tokenInput,
} from "./inputs.ts";
import { resendVerification, resetPassword, sendReset, verifyEmail } from "./links.ts";
import {
  changePassword,
  endOtherSessions,
  endSession,
  issueAccessToken,
  listSessions,
  proveSession,
  renameAccount,
  signIn,
  signOut,
  signUp,
} from "./service.ts";

const account = z
  .object({ id: z.string(), email: z.string(), name: z.string(), emailVerified: z.boolean() })
  .openapi("Account");
const newSession = z
  .object({ token: z.string(), expiresAt: z.number().int(), user: account })
  .openapi("NewSession");
const sessionView = z
  .object({
    id: z.string(),
    agent: z.string(),
    address: z.string(),
    createdAt: z.number().int(),
    lastUsedAt: z.number().int(),
    isCurrent: z.boolean(),
  })
  .openapi("Session");

/** Refuses before the input is read; the verbs ask again. */
const holdersOnly = createMiddleware<AppEnv>(async function holdersOnly(c, next) {
  accountHolder(c.var.platform);
  await next();
});
/** An operator who acts as somebody may see as whom, and may sign out. */
const viewersOnly = createMiddleware<AppEnv>(async function viewersOnly(c, next) {
  accountViewer(c.var.platform);
  await next();
});

const tags = ["Accounts"];
const open = { tags, security: [] };
const own = { tags, middleware: holdersOnly };
const nothing = { description: "Done." };

const postUser = createRoute({
  ...open,
  method: "post",
  path: "/users",
  operationId: "signUp",
  summary: "Make an account. Sign in with POST /api/session.",
  request: { body: jsonBody(signUpInput) },
  responses: { 201: json(account, "The account."), default: problem },
});
const postSession = createRoute({
  ...runsEachTime,
  ...open,
  method: "post",
  path: "/session",
  operationId: "signIn",
  summary: "Sign in. The token is also set as a cookie.",
  request: { body: jsonBody(signInInput) },
  responses: {
    201: shownOnce(newSession, "The session. Its token is told only here."),
    default: problem,
  },
});
const getSession = createRoute({
  ...own,
  middleware: viewersOnly,
  method: "get",
  path: "/session",
  operationId: "whoAmI",
  summary: "Who the caller is.",
  responses: {
    200: json(z.object({ user: account, provedUntil: z.number().int() }), "The caller."),
    default: problem,
  },
});
const deleteSession = createRoute({
  ...own,
  middleware: viewersOnly,
  method: "delete",
  path: "/session",
  operationId: "signOut",
  summary: "Sign out.",
  responses: { 204: nothing, default: problem },
});
const postProof = createRoute({
  ...runsEachTime,
  ...own,
  method: "post",
  path: "/session/proof",
  operationId: "proveSession",
  summary: "Type the password again, as dangerous changes require.",
  request: { body: jsonBody(proofInput) },
  responses: {
    200: json(z.object({ provedUntil: z.number().int() }), "Until when it counts."),
    default: problem,
  },
});
const getSessions = createRoute({
  ...own,
  method: "get",
  path: "/sessions",
  operationId: "listSessions",
  summary: "Where the caller is signed in.",
  responses: {
    200: json(z.object({ items: z.array(sessionView) }), "Sessions."),
    default: problem,
  },
});
const deleteOtherSessions = createRoute({
  ...own,
  method: "delete",
  path: "/sessions",
  operationId: "endOtherSessions",
  summary: "Sign out everywhere else.",
  responses: { 204: nothing, default: problem },
});
const deleteOneSession = createRoute({
  ...own,
  method: "delete",
  path: "/sessions/{id}",
  operationId: "endSession",
  summary: "Sign out one device.",
  request: { params: z.object({ id: z.string().max(36) }) },
  responses: { 204: nothing, default: problem },
});
const postVerification = createRoute({
  ...runsEachTime,
  ...own,
  method: "post",
  path: "/verification",
  operationId: "verifyEmail",
  summary: "Prove the caller's address by the mailed token.",
  request: { body: jsonBody(tokenInput) },
  responses: { 200: json(account, "The account."), default: problem },
});
const postVerificationMail = createRoute({
  ...own,
  method: "post",
  path: "/verification-mail",
  operationId: "resendVerification",
  summary: "Mail the verification link again.",
  responses: { 202: nothing, default: problem },
});
const postResetMail = createRoute({
  ...open,
  method: "post",
  path: "/password-reset-mail",
  operationId: "mailPasswordReset",
  summary: "Mail a link for a new password. The answer is the same for every address.",
  request: { body: jsonBody(emailInput) },
  responses: { 202: nothing, default: problem },
});
const postReset = createRoute({
  ...runsEachTime,
  ...open,
  method: "post",
  path: "/password-reset",
  operationId: "resetPassword",
  summary: "Set a new password by the mailed token. Ends every session and begins one.",
  request: { body: jsonBody(resetInput) },
  responses: { 201: shownOnce(newSession, "The new session."), default: problem },
});
const postAccessToken = createRoute({
  ...runsEachTime,
  ...own,
  method: "post",
  path: "/access-tokens",
  operationId: "issueAccessToken",
  summary: "A token of a few minutes for one guild, given by slug or id.",
  request: { body: jsonBody(z.strictObject({ guild: z.string().min(1).max(36) })) },
  responses: {
    201: shownOnce(z.object({ token: z.string(), expiresAt: z.number().int() }), "The token."),
    default: problem,
  },
});
const patchAccount = createRoute({
  ...own,
  method: "patch",
  path: "/account",
  operationId: "renameAccount",
  summary: "Change the caller's name.",
  request: { body: jsonBody(nameInput) },
  responses: { 200: json(account, "The account."), default: problem },
});
const postPassword = createRoute({
  ...runsEachTime,
  ...own,
  method: "post",
  path: "/account/password",
  operationId: "changePassword",
  summary: "Change the password and sign out everywhere else.",
  request: { body: jsonBody(passwordInput) },
  responses: { 204: nothing, default: problem },
});

/** Accounts, sessions and what proves them. */
export function authApi() {
  const api = createRouter();
  addSessionRoutes(api);
  addAccountRoutes(api);
  return api;
}

function addSessionRoutes(api: ReturnType<typeof createRouter<AppEnv>>): void {
  api.openapi(postSession, async (c) => {
    const session = await signIn(c.var.platform, c.req.valid("json"));
    return c.json(begun(c, session), 201);
  });
  api.openapi(getSession, (c) => {
    const { userId: id, email, name, emailVerified, provedAt } = accountViewer(c.var.platform);
    const provedUntil = provedAt + limits.session.provedMs;
    return c.json({ user: { id, email, name, emailVerified }, provedUntil }, 200);
  });
  api.openapi(deleteSession, async (c) => {
    await signOut(c.var.platform);
    forgetSession(c);
    return c.body(null, 204);
  });
  api.openapi(postProof, async (c) =>
    c.json(await proveSession(c.var.platform, c.req.valid("json")), 200),
  );
  api.openapi(getSessions, async (c) =>
    c.json({ items: [...(await listSessions(c.var.platform))] }, 200),
  );
  api.openapi(deleteOtherSessions, async (c) => {
    await endOtherSessions(c.var.platform);
    return c.body(null, 204);
  });
  api.openapi(deleteOneSession, async (c) => {
    await endSession(c.var.platform, c.req.valid("param").id as SessionId);
    return c.body(null, 204);
  });
  api.openapi(postAccessToken, async (c) =>
    c.json(await issueAccessToken(c.var.platform, c.req.valid("json")), 201),
  );
}

function addAccountRoutes(api: ReturnType<typeof createRouter<AppEnv>>): void {
  api.openapi(postUser, async (c) => {
    const { locale, platform } = c.var;
    return c.json(await signUp(platform, { ...c.req.valid("json"), locale }), 201);
  });
  api.openapi(postVerification, async (c) =>
    c.json(await verifyEmail(c.var.platform, c.req.valid("json")), 200),
  );
  api.openapi(postVerificationMail, async (c) => {
    await resendVerification(c.var.platform, { locale: c.var.locale });
    return c.body(null, 202);
  });
  api.openapi(postResetMail, async (c) => {
    await sendReset(c.var.platform, { ...c.req.valid("json"), locale: c.var.locale });
    return c.body(null, 202);
  });
  api.openapi(postReset, async (c) => {
    const session = await resetPassword(c.var.platform, c.req.valid("json"));
    return c.json(begun(c, session), 201);
  });
  api.openapi(patchAccount, async (c) =>
    c.json(await renameAccount(c.var.platform, c.req.valid("json")), 200),
  );
  api.openapi(postPassword, async (c) => {
    await changePassword(c.var.platform, c.req.valid("json"));
    return c.body(null, 204);
  });
}

function begun(c: Context<AppEnv>, session: NewSession): NewSession {
  keepSession(c, session);
  c.header("Cache-Control", "no-store");
  return session;
}
