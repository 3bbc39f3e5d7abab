import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { expect, test } from "vitest";
import { testApp } from "./support/app.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the session in the README does what it says", async () => {
  await using t = await testApp();
  const server = serve({ fetch: t.app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const { port } = server.address() as { port: number };
  const session = /A session to paste[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)![1]!;
  const script = session.replaceAll("localhost:3000", `127.0.0.1:${port}`);
  const { out, code } = await bash(`set -eo pipefail\n${script}`);
  await new Promise((resolve) => server.close(resolve));
  if (code === 127) return console.log("The README's session was not run: no bash or curl here.");
  expect(code).toBe(0);
  expect(out).toContain('"reason":"On time"');
  expect(out).toContain('"points":"15"');
});

test("every file the README names is there", () => {
  for (const [, path] of readme.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
    const base = path === "ledger.ts" || path === "post.ts" ? "src/tenant/dkp/" : "";
    expect(readFileSync(new URL(`../${base}${path}`, import.meta.url)).length).toBeGreaterThan(0);
  }
});

function bash(script: string): Promise<{ out: string; code: number }> {
  return new Promise((resolve) => {
    execFile("bash", ["-c", script], (error, stdout, stderr) => {
      const missing = error?.code === ("ENOENT" as never);
      if (error && !missing) console.error(stderr, stdout);
      resolve({ out: stdout, code: missing ? 127 : Number(error?.code ?? 0) });
    });
  });
}
