import { z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../../../http/env.ts";
import { platformOperations } from "../../../http/operations.ts";
import { createRouter, json, shownOnce } from "../../../http/router.ts";
import { accountHolder } from "../accounts.ts";
import { codeInput } from "../api.ts";
import {
  beginEnrolment,
  confirmEnrolment,
  factorState,
  proveByCode,
  renewRecoveryCodes,
  turnFactorOff,
} from "./service.ts";

const api = platformOperations("Accounts");
const nothing = { description: "Done." };

const state = z
  .object({
    isOn: z.boolean(),
    since: z.int().nullable(),
    recoveryCodesLeft: z.int(),
    isRequired: z.boolean(),
  })
  .openapi("SecondFactor");
const codes = z.object({ recoveryCodes: z.array(z.string()).readonly() }).openapi("RecoveryCodes");

/** Refuses before the input is parsed. The service functions check again. */
const holdersOnly = createMiddleware<AppEnv>(async function holdersOnly(c, next) {
  accountHolder(c.var.platform);
  await next();
});

/** The caller's second factor as JSON. */
export const factorsApi = createRouter();

factorsApi.openapi(
  api.get("/account/second-factor", {
    id: "getSecondFactor",
    summary: "Get the caller's second factor",
    description:
      "Returns whether sign-ins need a code, how many recovery codes are left, and whether the " +
      "operators' console requires it.",
    answers: { 200: json(state, "The second factor.") },
    guard: holdersOnly,
  }),
  async (c) => c.json(await factorState(c.var.platform), 200),
);
factorsApi.openapi(
  api.post("/account/second-factor", {
    id: "beginSecondFactor",
    summary: "Begin to set up an authenticator app",
    description:
      "Returns a secret for the app (RFC 6238: SHA-1, 6 digits, 30 seconds). Nothing changes for " +
      "sign-ins until a code confirms it. Needs a recently confirmed sign-in.",
    problems: ["auth/proof-required", "auth/factor-on", "secrets/not-configured"],
    answers: {
      201: shownOnce(z.object({ secret: z.string(), uri: z.string() }), "The secret in base32."),
    },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => {
    c.header("Cache-Control", "no-store");
    return c.json(await beginEnrolment(c.var.platform), 201);
  },
);
factorsApi.openapi(
  api.post("/account/second-factor/confirmation", {
    id: "confirmSecondFactor",
    summary: "Turn the second factor on",
    description:
      "Takes a first code of the app, ends all other sessions and returns the recovery codes, " +
      "each of which replaces one code once.",
    problems: ["auth/proof-required", "auth/code-refused", "auth/factor-not-begun"],
    body: codeInput,
    answers: { 201: shownOnce(codes, "The recovery codes. They are told only here.") },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => {
    c.header("Cache-Control", "no-store");
    const recoveryCodes = await confirmEnrolment(c.var.platform, c.req.valid("json"));
    return c.json({ recoveryCodes }, 201);
  },
);
factorsApi.openapi(
  api.post("/account/second-factor/recovery-codes", {
    id: "renewRecoveryCodes",
    summary: "Replace the recovery codes",
    description: "Returns new recovery codes. The earlier ones no longer work.",
    problems: ["auth/proof-required", "auth/factor-off"],
    answers: { 201: shownOnce(codes, "The recovery codes. They are told only here.") },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => {
    c.header("Cache-Control", "no-store");
    return c.json({ recoveryCodes: await renewRecoveryCodes(c.var.platform) }, 201);
  },
);
factorsApi.openapi(
  api.delete("/account/second-factor", {
    id: "turnSecondFactorOff",
    summary: "Turn the second factor off",
    description:
      "Removes the app's secret and the recovery codes, and tells the account by e-mail.",
    problems: ["auth/proof-required", "auth/factor-off"],
    answers: { 204: nothing },
    guard: holdersOnly,
  }),
  async (c) => {
    await turnFactorOff(c.var.platform);
    return c.body(null, 204);
  },
);
factorsApi.openapi(
  api.post("/session/proof/code", {
    id: "proveSessionByCode",
    summary: "Confirm the sign-in by a code",
    description:
      "Does the same as a password that is confirmed again, with a code of the authenticator app.",
    problems: ["auth/code-refused"],
    body: codeInput,
    answers: { 200: json(z.object({ provedUntil: z.int() }), "Until when it counts.") },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => c.json(await proveByCode(c.var.platform, c.req.valid("json")), 200),
);
