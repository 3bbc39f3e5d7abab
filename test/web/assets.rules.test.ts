import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { addonBundle } from "../../provisioning/cli/bundle-addon.ts";
import { clientBundles } from "../../provisioning/cli/bundle-client.ts";
import { assets, assetUrl } from "../../src/web/assets/index.ts";

const SCRIPT_BYTES_MAX = 60 * 1024;
const app = assets();
const get = (name: Parameters<typeof assetUrl>[0]) =>
  app.request(assetUrl(name).replace("/assets", ""));

describe("what every page loads", () => {
  test("is cached forever, under a name that changes with it", async () => {
    const answer = await get("styles");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(assetUrl("styles")).toMatch(/^\/assets\/styles\.[\w-]{10}\.css$/);
    expect((await app.request("/styles.0000000000.css")).status).toBe(404);
  });

  test("is at most 60 KB of scripts, before compression", async () => {
    const scripts = (await (await get("htmx")).text()) + (await (await get("main")).text());
    expect(scripts.length).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  });

  test("is a style sheet of at most 10 KB on the wire", async () => {
    expect(gzipSync(await (await get("styles")).text()).length).toBeLessThanOrEqual(10 * 1024);
  });

  test("is a well-formed style sheet", async () => {
    const text = await (await get("styles")).text();
    let depth = 0;
    for (const sign of text) {
      if (sign === "{") depth += 1;
      if (sign === "}") depth -= 1;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
  });
});

test("the addon and the companion that we serve are built from their sources", async () => {
  // If it fails: `npm run client:generate`.
  const served = readFileSync(new URL("../../src/addon/bundle.ts", import.meta.url), "utf8");
  expect(served === (await addonBundle())).toBe(true);
});

test("the scripts we serve are built from their sources", async () => {
  // If it fails: `npm run client:generate`.
  const served = readFileSync(new URL("../../src/web/assets/bundles.ts", import.meta.url), "utf8");
  expect(served === (await clientBundles())).toBe(true);
});
