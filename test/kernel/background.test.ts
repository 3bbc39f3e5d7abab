import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { Background } from "../../src/kernel/background.ts";
import { createLog } from "../../src/kernel/log.ts";

function recorded() {
  const { log, lines } = recordedLog();
  return { background: new Background(log), lines };
}

function recordedLog() {
  const lines: {
    event: string;
    task: string;
    error: { message: string };
    untold?: number;
  }[] = [];
  const log = createLog(
    "info",
    (line) => lines.push(JSON.parse(line)),
    () => new Date(0),
  );
  return { log, lines };
}

test("an error in a timer, a handler or a detached promise becomes one line with its name", async () => {
  const { background, lines } = recorded();
  const source = new EventEmitter();
  const fail = (name: string) => () => {
    throw new Error(`${name} failed`);
  };
  background.listen(source, "sync", fail("sync"));
  background.listen(source, "async", async () => fail("async")());
  background.detach("promise", Promise.reject(new Error("promise failed")));
  background.after("timer", 0, fail("timer"));
  source.emit("sync");
  source.emit("async");
  await expect.poll(() => lines.length).toBe(4);
  expect(lines.map(({ event, task, error }) => [event, task, error.message]).sort()).toEqual(
    ["async", "promise", "sync", "timer"].map((name) => [
      "background.failed",
      name,
      `${name} failed`,
    ]),
  );
});

test("repeated work never runs twice at a time, and ends with stop, which waits for the last run", async () => {
  const { background } = recorded();
  let running = 0;
  let most = 0;
  let runs = 0;
  const held = Promise.withResolvers<void>();
  background.every("work", 1, async () => {
    most = Math.max(most, ++running);
    runs++;
    if (runs === 3) await held.promise;
    running--;
  });
  await expect.poll(() => runs).toBe(3);
  const stopped = background.stop();
  expect(running).toBe(1);
  held.resolve();
  await stopped;
  expect([running, most, runs]).toEqual([0, 1, 3]);
});

test("a removed handler gets no more events", () => {
  const { background } = recorded();
  const source = new EventEmitter();
  const heard: number[] = [];
  const leave = background.listen(source, "news", (n: number) => heard.push(n));
  background.once(source, "news", (n: number) => heard.push(n * 10));
  for (const n of [1, 2]) source.emit("news", n);
  leave();
  source.emit("news", 3);
  expect(heard).toEqual([1, 10, 2]);
});

test("R36 work that keeps failing is one line a minute with the number of the others, in the server's own log", () => {
  const { log, lines } = recordedLog();
  const early = recordedLog();
  let passedMs = 0;
  const background = new Background(early.log, undefined, () => passedMs);
  background.writeTo(log);
  const source = new EventEmitter();
  for (const name of ["renew", "sweep"]) {
    background.listen(source, name, () => {
      throw new Error("no room");
    });
  }
  for (let time = 0; time < 12; time++) {
    source.emit("renew");
    source.emit("sweep");
    passedMs += 10_000;
  }
  expect(lines.map(({ task, untold }) => [task, untold])).toEqual([
    ["renew", undefined],
    ["sweep", undefined],
    ["renew", 5],
    ["sweep", 5],
  ]);
  expect(early.lines).toEqual([]);
});
