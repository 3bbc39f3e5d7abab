import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../../http/env.ts";
import { platformOperations } from "../../http/operations.ts";
import { createRouter, json, shownOnce } from "../../http/router.ts";
import type { SessionId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { accountHolder, accountViewer, type NewSession } from "./accounts.ts";
import {
  apiSignInInput,
  emailInput,
  nameInput,
  passwordInput,
  proofInput,
  resetInput,
  signUpInput,
  tokenInput,
} from "./api.ts";
import { forgetSession, keepSession } from "./cookie.ts";
import { finishWithCode } from "./factors/sign-in.ts";
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
    domain: z.string().nullable().openapi({
      description:
        "The guild's own domain that the session works at, and only there. Null for all others.",
      example: "raids.example.com",
    }),
  })
  .openapi("Session");

/** Refuses before the input is parsed. The service functions check again. */
const holdersOnly = createMiddleware<AppEnv>(async function holdersOnly(c, next) {
  accountHolder(c.var.platform);
  await next();
});
/** An impersonating operator may read the account and sign out. */
const viewersOnly = createMiddleware<AppEnv>(async function viewersOnly(c, next) {
  accountViewer(c.var.platform);
  await next();
});

const api = platformOperations("Accounts");
const nothing = { description: "Done." };

/** Accounts, sessions and their credentials. */
export const authApi = createRouter();

authApi.openapi(
  api.post("/session", {
    id: "signIn",
    summary: "Sign in",
    description:
      "Returns a session token, and sets it as a cookie too. The token is shown only in " +
      "this answer. An account with a second factor needs `code` too.",
    problems: ["auth/wrong-credentials", "auth/code-required", "auth/wrong-code", "auth/busy"],
    body: apiSignInInput,
    answers: { 201: shownOnce(newSession, "The session. Its token is told only here.") },
    runsEachTime: true,
    security: [],
  }),
  async (c) => {
    const { code, ...credentials } = c.req.valid("json");
    const { platform } = c.var;
    const session = await finishWithCode(platform, await signIn(platform, credentials), code);
    return c.json(startSession(c, session), 201);
  },
);
authApi.openapi(
  api.get("/session", {
    id: "whoAmI",
    summary: "Get the caller's account",
    description: "Returns the signed-in account, and until when its confirmed password counts.",
    guard: viewersOnly,
    answers: {
      200: json(z.object({ user: account, provedUntil: z.number().int() }), "The caller."),
    },
  }),
  (c) => {
    const { userId: id, email, name, emailVerified, provedAt } = accountViewer(c.var.platform);
    const provedUntil = provedAt + limits.session.reauthMs;
    return c.json({ user: { id, email, name, emailVerified }, provedUntil }, 200);
  },
);
authApi.openapi(
  api.delete("/session", {
    id: "signOut",
    summary: "Sign out",
    description: "Ends the session that makes this request.",
    guard: viewersOnly,
    answers: { 204: nothing },
  }),
  async (c) => {
    await signOut(c.var.platform);
    forgetSession(c);
    return c.body(null, 204);
  },
);
authApi.openapi(
  api.post("/session/proof", {
    id: "proveSession",
    summary: "Confirm the password again",
    description:
      "Sensitive operations require a password that was confirmed within the last minutes. " +
      "The answer says until when it counts.",
    problems: ["auth/wrong-password", "auth/busy"],
    body: proofInput,
    answers: { 200: json(z.object({ provedUntil: z.number().int() }), "Until when it counts.") },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => c.json(await proveSession(c.var.platform, c.req.valid("json")), 200),
);
authApi.openapi(
  api.get("/sessions", {
    id: "listSessions",
    summary: "List the caller's sessions",
    description: "Returns every device on which the caller is signed in.",
    answers: { 200: json(z.object({ items: z.array(sessionView) }), "Sessions.") },
    guard: holdersOnly,
  }),
  async (c) => c.json({ items: [...(await listSessions(c.var.platform))] }, 200),
);
authApi.openapi(
  api.delete("/sessions", {
    id: "endOtherSessions",
    summary: "Sign out on all other devices",
    description: "Ends every session of the caller except this one.",
    answers: { 204: nothing },
    guard: holdersOnly,
  }),
  async (c) => {
    await endOtherSessions(c.var.platform);
    return c.body(null, 204);
  },
);
authApi.openapi(
  api.delete("/sessions/{id}", {
    id: "endSession",
    summary: "Sign out on one device",
    description: "Ends one session of the caller.",
    problems: ["auth/no-such-session"],
    params: z.object({ id: z.string().max(36) }),
    answers: { 204: nothing },
    guard: holdersOnly,
  }),
  async (c) => {
    await endSession(c.var.platform, c.req.valid("param").id as SessionId);
    return c.body(null, 204);
  },
);
authApi.openapi(
  api.post("/access-tokens", {
    id: "issueAccessToken",
    summary: "Create an access token for a guild",
    description:
      "Returns a token that works for a few minutes and for one guild, given by slug or id.",
    problems: ["guild/not-found"],
    body: z.strictObject({ guild: z.string().min(1).max(36) }),
    answers: {
      201: shownOnce(z.object({ token: z.string(), expiresAt: z.number().int() }), "The token."),
    },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => c.json(await issueAccessToken(c.var.platform, c.req.valid("json")), 201),
);

authApi.openapi(
  api.post("/users", {
    id: "signUp",
    summary: "Create an account",
    description:
      "Makes an account and mails a link that verifies the address. Sign in with `POST " +
      "/api/session` afterwards.",
    problems: ["auth/email-taken", "auth/sign-up-closed", "auth/weak-password", "auth/busy"],
    body: signUpInput,
    answers: { 201: json(account, "The account.") },
    security: [],
  }),
  async (c) => {
    const { locale, platform } = c.var;
    return c.json(await signUp(platform, { ...c.req.valid("json"), locale }), 201);
  },
);
authApi.openapi(
  api.post("/verification", {
    id: "verifyEmail",
    summary: "Verify an e-mail address",
    description: "Verifies the caller's address by the token of the mailed link.",
    problems: ["auth/link-not-valid"],
    body: tokenInput,
    answers: { 200: json(account, "The account.") },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => c.json(await verifyEmail(c.var.platform, c.req.valid("json")), 200),
);
authApi.openapi(
  api.post("/verification-mail", {
    id: "resendVerification",
    summary: "Mail the verification link again",
    description: "Sends the link to the caller's address, unless it is verified already.",
    answers: { 202: nothing },
    guard: holdersOnly,
  }),
  async (c) => {
    await resendVerification(c.var.platform, { locale: c.var.locale });
    return c.body(null, 202);
  },
);
authApi.openapi(
  api.post("/password-reset-mail", {
    id: "mailPasswordReset",
    summary: "Mail a link for a new password",
    description:
      "The answer is the same for every address, so it does not tell whether an account " +
      "exists.",
    body: emailInput,
    answers: { 202: nothing },
    security: [],
  }),
  async (c) => {
    await sendReset(c.var.platform, { ...c.req.valid("json"), locale: c.var.locale });
    return c.body(null, 202);
  },
);
authApi.openapi(
  api.post("/password-reset", {
    id: "resetPassword",
    summary: "Set a new password by a mailed link",
    description:
      "Ends every session of the account and begins one, whose token is shown only in this " +
      "answer. An account with a second factor keeps it and gets no session: sign in with the " +
      "new password and a code.",
    problems: ["auth/link-not-valid", "auth/weak-password", "auth/busy"],
    body: resetInput,
    answers: {
      201: shownOnce(newSession, "The new session."),
      202: { description: "The password is set. The sign-in needs a code as well." },
    },
    runsEachTime: true,
    security: [],
  }),
  async (c) => {
    const result = await resetPassword(c.var.platform, c.req.valid("json"));
    if (result.type === "code-needed") return c.body(null, 202);
    return c.json(startSession(c, result.session), 201);
  },
);
authApi.openapi(
  api.patch("/account", {
    id: "renameAccount",
    summary: "Change the caller's name",
    description: "Changes the name that others see.",
    body: nameInput,
    answers: { 200: json(account, "The account.") },
    guard: holdersOnly,
  }),
  async (c) => c.json(await renameAccount(c.var.platform, c.req.valid("json")), 200),
);
authApi.openapi(
  api.post("/account/password", {
    id: "changePassword",
    summary: "Change the caller's password",
    description:
      "Sets a new password and ends all other sessions. Accounts without a password leave " +
      "the current one out.",
    problems: ["auth/wrong-password", "auth/proof-required", "auth/weak-password", "auth/busy"],
    body: passwordInput,
    answers: { 204: nothing },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => {
    await changePassword(c.var.platform, c.req.valid("json"));
    return c.body(null, 204);
  },
);

function startSession(c: Context<AppEnv>, session: NewSession): NewSession {
  keepSession(c, session);
  c.header("Cache-Control", "no-store");
  return session;
}
