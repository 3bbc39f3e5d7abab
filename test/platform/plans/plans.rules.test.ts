import { expect, test } from "vitest";
import { guildsReached, keysReached, membersReached } from "../../../src/platform/plans/plans.ts";

const free = {
  name: "free",
  guildsPerAccountMax: 1,
  membersMax: 30,
  retentionDays: 30,
  keysMax: 5,
  eventsPerMinuteMax: 5_000,
  connectionsMax: 5,
  logBytesMax: 1_000,
  databaseBytesMax: null,
  requestsPerMinuteMax: null,
  features: [],
};

test("a reached limit is named, with how much of it is used and how to raise it", () => {
  for (const [error, code, limit] of [
    [guildsReached(free), "plan/guilds", 1],
    [membersReached(free), "plan/members", 30],
    [keysReached(free), "plan/keys", 5],
  ] as const) {
    expect(error.code).toBe(code);
    expect(error.details).toEqual({ limit, used: limit, plan: "free" });
    expect(error.message).toMatch(/upgrade/i);
  }
});
