import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Background } from "../../src/kernel/background.ts";
import { createLog } from "../../src/kernel/log.ts";
import { limits } from "../../src/limits.ts";
import { EventLoopMonitor } from "../../src/node/event-loop.ts";

const SCRIPT = join(import.meta.dirname, "../support/failing-process.ts");

test.each([
  ["throw", "process.uncaught"],
  ["reject", "process.unhandled"],
])(
  "S65 an error that nothing caught (%s) is logged with its code, and the process stops in order with 1",
  async (how, event) => {
    const child = spawn(process.execPath, [SCRIPT, how]);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    const [code] = await once(child, "close");
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, err]).toEqual([1, ""]);
    expect(lines).toMatchObject([
      { event, code: "ELOST", count: 1, error: { message: "nothing catches this" } },
      { event: "stopped" },
    ]);
  },
);

test("R35 work that blocks the event loop is logged in one line with its duration, and the monitor reports it", async () => {
  const lines: { event: string; ms: number }[] = [];
  const log = createLog(
    "info",
    (line) => lines.push(JSON.parse(line)),
    () => new Date(0),
  );
  const background = new Background(log);
  const monitor = new EventLoopMonitor(log, background);
  monitor.start();
  // One delay has to be measured before the next.
  await new Promise((resolve) => setTimeout(resolve, limits.eventLoop.resolutionMs * 3));
  const until = performance.now() + limits.eventLoop.lagMsMax + 150;
  while (performance.now() < until);
  await expect.poll(() => lines.length, { timeout: 5_000 }).toBe(1);
  expect(lines[0]).toMatchObject({ event: "process.event-loop-lag", limitMs: 250 });
  expect(lines[0]!.ms).toBeGreaterThan(limits.eventLoop.lagMsMax);
  expect(monitor.lag.maxMs).toBe(lines[0]!.ms);
  monitor.stop();
  await background.stop();
});
