import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { seen } from "../support/secrets/seen.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

const site = "http://localhost";

describe("bodies and addresses of strangers", () => {
  test("S78 a form that cannot be read is answered with 400 at every page that takes one", async () => {
    const before = seen.lines.length;
    const pages = ["/sign-in", "/sign-up", "/reset", "/preferences", "/sign-out", "/guilds/new"];
    for (const path of pages) {
      for (const [type, body] of [
        ["multipart/form-data", "--x\r\nabc"],
        ["multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data"],
        ["multipart/form-data; boundary=x", ""],
        ['multipart/form-data; boundary="', "--\r\n\r\n--"],
        ["multipart/form-data; boundary=x", "\0\0\0"],
      ] as const) {
        const answer = await t.request(`${site}${path}`, {
          method: "POST",
          headers: { "content-type": type, origin: site },
          body,
        });
        expect([path, type, answer.status]).not.toEqual([path, type, 500]);
        expect(answer.status).toBeLessThan(500);
      }
    }
    const answer = await t.request(`${site}/sign-in`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data", origin: site },
      body: "--x",
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("The form cannot be read");
    const failed = seen.lines.slice(before).filter((line) => line.includes("request.failed"));
    expect(failed).toEqual([]);
  });

  test("S79 an address with an extra slash leads to a path, never to plain http or another host", async () => {
    await using secure = await testApp({ PUBLIC_URL: "https://guilds.example" });
    for (const [path, to] of [
      ["/sign-in/", "/sign-in"],
      ["/sign-in//", "/sign-in"],
      ["/none/such/?a=b", "/none/such?a=b"],
      ["//evil.example/", "/evil.example"],
      ["///evil.example//", "/evil.example"],
    ] as const) {
      // Behind a proxy that ends TLS, the request arrives by plain http.
      const { status, headers } = await secure.request(`http://guilds.example${path}`);
      expect([path, status, headers.get("location")]).toEqual([path, 301, to]);
    }
  });

  test("S90 one account may have a limited number of event streams at once, over all of its guilds", async () => {
    const first = await t.guild("streams-one", { isPublic: true });
    const second = await t.guild("streams-two", { isPublic: true });
    const { token, userId } = first.owner.identity;
    await t.join(userId, second, "raider");
    const ask = (guild: string, headers: Record<string, string> = {}) =>
      t.request(`${site}/api/g/${guild}/events`, { headers });
    const own = { authorization: `Bearer ${token}` };
    const open: Response[] = [];
    for (let at = 0; at < limits.live.perAccountMax; at++) {
      open.push(await ask(at % 2 ? first.slug : second.slug, own));
    }
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await ask(first.slug, own);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect((await refused.json()).type).toBe("/problems/live/too-many-streams");
    const raider = await t.as("raider", first);
    const other = { authorization: `Bearer ${raider.identity.token}` };
    expect((await ask(first.slug, other)).status).toBe(200);
    await open[0]!.body!.cancel();
    await expect.poll(async () => (await ask(first.slug, own)).status).toBe(200);
    for (const { body } of open.slice(1)) await body!.cancel();
  });

  test("S90 a key may have a limited number of event streams at once too, apart from its maker's", async () => {
    const guild = await t.guild("streams-key", { plan: "premium" });
    const made = await guild.owner.post("/settings/keys", { name: "k", scopes: ["query"] });
    expect(made.status, made.text).toBe(201);
    const ask = (token: string) =>
      t.request(`${site}/api/g/${guild.slug}/events`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const open = [];
    for (let at = 0; at < limits.live.perAccountMax; at++) open.push(await ask(made.body.key));
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await ask(made.body.key)).status).toBe(429);
    open.push(await ask(guild.owner.identity.token));
    expect(open.at(-1)!.status).toBe(200);
    for (const { body } of open) await body!.cancel();
  });
});
