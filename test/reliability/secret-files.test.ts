import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SECRET_NAMES } from "../../src/config-secrets.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { scrape } from "../support/scrape.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { seen } from "../support/secrets/seen.ts";
import { startedServer } from "../support/server.ts";

let dir: string;
let main: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-secrets-"));
  main = await bundleScript("provisioning/cli/main.ts");
});
afterAll(async () => {
  await rm(main);
  // The files hold the secrets themselves.
  rmSync(dir, { recursive: true });
});

async function secretFile(name: string, text: string, mode = 0o400): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

test("a server takes its secrets from files, also by the links that Kubernetes mounts", async () => {
  const [secret, token] = [randomUUID() + randomUUID(), randomUUID()];
  seen.environment({ GUILDHALL_SECRET: secret, METRICS_TOKEN: token });
  await secretFile("mounted-token", `${token}\n`, 0o440);
  await symlink("mounted-token", join(dir, "token"));
  await using server = await startedServer({
    GUILDHALL_SECRET: "",
    GUILDHALL_SECRET_FILE: await secretFile("secret", secret),
    METRICS_TOKEN_FILE: join(dir, "token"),
  });
  expect(server.services.config.secret).toBe(secret);
  expect((await scrape(server.url, token)).sum("guildhall_clock_accepted")).toBe(1);
});

test("every secret that is set twice, missing, empty or open to all stops the start, says why, and is not shown", async () => {
  const content = `not-to-be-shown-${randomUUID()}-${randomUUID()}`;
  seen.secret("server's secret", content);
  await mkdir(join(dir, "folder"));
  const right = await secretFile("right", content);
  const cases = [
    [await secretFile("open", content, 0o444), "", /Every account .* chmod o-rw/],
    [await secretFile("writable", content, 0o402), "", /Every account/],
    [join(dir, "none"), "", /There is no file .*none/],
    [await secretFile("empty", "\n"), "", /is empty/],
    [join(dir, "folder"), "", /is no file/],
    [await secretFile("large", "x".repeat(70_000)), "", /larger than any secret/],
    [right, "both", /is set too\. Keep one/],
  ] as const;
  for (const name of SECRET_NAMES) {
    for (const [path, both, expected] of cases) {
      const env = { [`${name}_FILE`]: path, ...(both && { [name]: content }) };
      const unset = name === "GUILDHALL_SECRET" && both === "" ? { [name]: "" } : {};
      const error = await startedServer({ ...env, ...unset }).catch((one: unknown) => one as Error);
      const { code, message } = error as Error & { code?: string };
      expect([name, code]).toEqual([name, "configuration/invalid"]);
      expect(message).toMatch(new RegExp(`${name}_FILE: `));
      expect(message).toMatch(expected);
      expect(message).not.toContain("not-to-be-shown");
    }
  }
});

test("the doctor names a faulty secret file, and commands use the right ones", async () => {
  const secret = randomUUID() + randomUUID();
  seen.environment({ GUILDHALL_SECRET: secret });
  const folder = join(dir, "data");
  const right = { GUILDHALL_SECRET_FILE: await secretFile("cli", secret) };
  try {
    expect((await runCli(main, folder, ["init"], right)).code).toBe(0);
    const well = await runCli(main, folder, ["doctor", "--json"], right);
    expect([well.code, JSON.parse(well.out).faults]).toEqual([0, []]);
    expect(JSON.parse(well.out).observed).toEqual({
      metrics: expect.stringMatching(/^off/),
      tracing: expect.stringMatching(/^off/),
    });
    const observing = {
      ...right,
      METRICS_TOKEN_FILE: await secretFile("metrics", randomUUID()),
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
    };
    const told = await runCli(main, folder, ["doctor"], observing);
    expect(told.out).toContain(
      "Metrics: on, at PUBLIC_URL/metrics, for the holder of METRICS_TOKEN",
    );
    expect(told.out).toContain("Tracing: on, to http://127.0.0.1:4318");
    const open = { GUILDHALL_SECRET_FILE: await secretFile("cli-open", secret, 0o644) };
    const { code, out } = await runCli(main, folder, ["doctor", "--json"], open);
    expect(code).toBe(4);
    expect(JSON.parse(out).faults[0]).toMatch(/^GUILDHALL_SECRET_FILE: Every account/);
    const list = await runCli(main, folder, ["guilds", "list"], open);
    expect([list.code, list.err]).toEqual([1, expect.stringContaining("chmod o-rw")]);
  } finally {
    await removeSearched(folder);
  }
});
