import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../support/app.ts";
import { END, HEADER, hit, retailLog, START } from "../../support/log-analysis.ts";
import { uploadLog } from "../../support/log-upload.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

test("a report and a fight have a link that works signed out, with filters, until logs are closed", async () => {
  const { owner, slug } = await t.guild("sharers");
  const log = retailLog([0, HEADER], [1, START], [2, hit(100)], [31, END]);
  const path = await uploadLog(t, owner, log);
  const { fights } = (await owner.get(path)).body;
  const fight = `/fights/${fights[0].id}`;
  const closed = await owner.page(`/g/${slug}${path}`);
  expect(closed.text).toContain("Only members can open this page.");
  expect(closed.text).not.toMatch(/share-link|rel="canonical"/);
  const raider = await t.as("raider", { owner, slug, id: (await owner.get("")).body.id });
  expect((await raider.page(`/g/${slug}${path}`)).text).not.toContain("/settings/visitors");

  await owner.patch("/settings", { visitorAreas: ["logs"] });
  const shared = await raider.page(`/g/${slug}${fight}?view=taken&from=0&to=20&done=saved`);
  const canonical = `http://localhost/g/${slug}${fight}`;
  expect(shared.text).toContain(`<link rel="canonical" href="${canonical}"/>`);
  const [, link] = /id="share-link" value="([^"]*)"/.exec(shared.text)!;
  expect(link).toBe(`${canonical}?view=taken&amp;from=0&amp;to=20`);
  for (const address of [link!.replaceAll("&amp;", "&"), `http://localhost/g/${slug}${path}`]) {
    const seen = await t.anonymous.page(address);
    expect([address, seen.status]).toEqual([address, 200]);
    expect(seen.headers.get("x-robots-tag")).toBe("noindex, nofollow");
  }

  await owner.patch("/settings", { visitorAreas: ["roster"] });
  const ended = await t.anonymous.page(canonical);
  expect([ended.status, ended.headers.get("x-robots-tag")]).toEqual([404, null]);
  expect((await raider.page(canonical)).status).toBe(200);
});
