import { z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../../../http/env.ts";
import { platformOperations } from "../../../http/operations.ts";
import { createRouter, json } from "../../../http/router.ts";
import { accountHolder } from "../accounts.ts";
import { copyAccount } from "./service.ts";

const api = platformOperations("Accounts");

const time = z.int();
const change = z.object({ at: time, action: z.string(), address: z.string(), agent: z.string() });
const held = z.object({
  person: z
    .object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      note: z.string(),
      createdAt: time,
      memberSince: time.nullable(),
    })
    .nullable(),
  characters: z
    .array(
      z.object({
        name: z.string(),
        realm: z.string(),
        class: z.string(),
        spec: z.string(),
        role: z.string().nullable(),
        isMain: z.boolean(),
        createdAt: time,
      }),
    )
    .readonly(),
  claims: z
    .array(
      z.object({
        state: z.string(),
        characterId: z.string().nullable(),
        at: time,
        decidedAt: time.nullable(),
      }),
    )
    .readonly(),
  proofs: z
    .array(
      z.object({
        source: z.string(),
        createdAt: time,
        expiresAt: time,
        provedAt: time.nullable(),
        endedAt: time.nullable(),
      }),
    )
    .readonly(),
  audit: z.array(change).readonly(),
});
const guild = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  membership: z.object({ role: z.string(), createdAt: time, roleAt: time.nullable() }),
  held: held.nullable().openapi({
    description: "Null if the guild's database could not be read. Try again later.",
  }),
});
const copy = z
  .object({
    madeAt: time,
    account: z.object({
      id: z.string(),
      email: z.string(),
      name: z.string(),
      emailVerifiedAt: time.nullable(),
      createdAt: time,
    }),
    secondFactor: z.object({ createdAt: time, confirmedAt: time.nullable() }).nullable(),
    operator: z.object({ areas: z.array(z.string()).readonly(), addedAt: time }).nullable(),
    sessions: z
      .array(
        z.object({
          id: z.string(),
          createdAt: time,
          lastUsedAt: time,
          expiresAt: time,
          address: z.string(),
          agent: z.string(),
        }),
      )
      .readonly(),
    signInPlaces: z.array(z.object({ lastUsedAt: time })).readonly(),
    identities: z
      .array(
        z.object({
          provider: z.string(),
          subject: z.string(),
          name: z.string(),
          linkedAt: time,
          lastUsedAt: time,
        }),
      )
      .readonly(),
    connections: z
      .array(
        z.object({
          kind: z.string(),
          account: z.string().nullable(),
          hint: z.string(),
          setAt: time,
        }),
      )
      .readonly(),
    formerMemberships: z
      .array(
        z.object({
          guildId: z.string(),
          role: z.string(),
          leftAt: time,
          removedAt: time.nullable(),
        }),
      )
      .readonly(),
    invitationsMade: z
      .array(
        z.object({
          id: z.string(),
          guildId: z.string(),
          role: z.string(),
          createdAt: time,
          expiresAt: time,
          revokedAt: time.nullable(),
        }),
      )
      .readonly(),
    keysMade: z
      .array(
        z.object({
          id: z.string(),
          guildId: z.string(),
          name: z.string(),
          scopes: z.array(z.string()).readonly(),
          createdAt: time,
          expiresAt: time.nullable(),
          revokedAt: time.nullable(),
        }),
      )
      .readonly(),
    audit: z.array(change.extend({ guildId: z.string().nullable() })).readonly(),
    guilds: z.array(guild),
  })
  .openapi("AccountCopy");

/** Refuses before anything is read. The service function checks again. */
const holdersOnly = createMiddleware<AppEnv>(async function holdersOnly(c, next) {
  accountHolder(c.var.platform);
  await next();
});

/** The copy of an account's data as JSON. */
export const accountCopyApi = createRouter();

accountCopyApi.openapi(
  api.post("/account/copy", {
    id: "copyAccount",
    summary: "Copy the caller's data",
    description:
      "Returns what the platform and the caller's guilds store about the account: sessions, sign-in " +
      "methods, memberships, the linked person with its characters, and the newest 5,000 audit rows of " +
      "each log. Secrets and other people's data are left out. Needs a recently confirmed sign-in.",
    problems: ["auth/proof-required"],
    answers: { 200: json(copy, "The copy.") },
    runsEachTime: true,
    guard: holdersOnly,
  }),
  async (c) => {
    c.header("Cache-Control", "no-store");
    return c.json(await copyAccount(c.var.platform), 200);
  },
);
