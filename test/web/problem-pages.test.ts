import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, testApp } from "../support/app.ts";

let t: TestApp;

describe("what a problem's address explains", () => {
  beforeAll(async () => {
    t = await testApp();
  });
  afterAll(() => t.close());

  test("a reader who follows the address in an answer reads what it means and what to do", async () => {
    const answer = await t.anonymous.get("/api/guilds");
    expect(answer.body.type).toBe("/problems/auth/required");
    const page = await t.anonymous.page(answer.body.type);
    expect(page.status).toBe(200);
    expect(page.text).toContain("Sign in to continue.");
    expect(page.text).toContain("HTTP status");
    expect(page.text).toContain("send a valid token or key");
  });

  test("in Spanish as well, for each of them", async () => {
    const spanish = { "accept-language": "es" };
    const list = await t.anonymous.page("/problems", spanish);
    expect(list.text).toContain("Códigos de problema");
    const paths = [...list.text.matchAll(/href="(\/problems\/[^"]+)"/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(150);
    for (const path of paths) {
      const page = await t.anonymous.page(path, spanish);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.text).toContain("Qué hacer");
    }
  });

  test("an unused code has no page", async () => {
    for (const path of ["/problems/guild/none-such", "/problems/guild", "/problems/a/b/c"]) {
      expect((await t.anonymous.page(path)).status).toBe(404);
    }
  });

  test("caches may keep it for all who are not signed in, each language separately", async () => {
    const open = await t.anonymous.page("/problems/rate/too-many");
    expect(open.headers.get("cache-control")).toBe("public, max-age=3600");
    expect(open.headers.get("vary")).toContain("Accept-Language, Cookie");
    const own = await (await t.signUp()).page("/problems/rate/too-many");
    expect(own.headers.get("cache-control")).toBe("private, no-cache");
  });

  test("a guild's own subdomain explains them too", async () => {
    const page = await t.anonymous.page("http://some-guild.localhost/problems/rate/too-many");
    expect(page.status).toBe(200);
  });
});
