import { afterEach, expect, test, vi } from "vitest";
import { testApp } from "../../support/app.ts";

afterEach(() => vi.restoreAllMocks());

test("a session whose random token begins like a key works like every other session", async () => {
  await using t = await testApp();
  const person = await t.signUp();
  const { email, password } = person.identity;
  const random = crypto.getRandomValues.bind(crypto);
  vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
    const filled = random(array);
    if (filled instanceof Uint8Array && filled.length === 32) {
      filled.set(Buffer.from("gh_A", "base64url"));
    }
    return filled;
  });
  const { body } = await t.anonymous.post("/api/session", { email, password });
  vi.restoreAllMocks();
  expect(body.token).toMatch(/^gh_/);
  const headers = { authorization: `Bearer ${body.token}` };
  expect((await t.request("/api/guilds", { headers })).status).toBe(200);
});
