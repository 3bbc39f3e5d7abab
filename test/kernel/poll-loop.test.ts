import { expect, test } from "vitest";
import { PollLoop } from "../../src/kernel/poll-loop.ts";

const NEVER_MS = 3_600_000;

function loopOf(work: (run: number) => Promise<void>) {
  const told: unknown[] = [];
  let count = 0;
  const loop = new PollLoop(
    () => work(++count),
    NEVER_MS,
    (error) => told.push(error),
  );
  return { loop, told };
}

test("a wake during a run causes one more run after it, never beside it", async () => {
  const second = Promise.withResolvers<void>();
  let underWay = 0;
  let mostAtOnce = 0;
  const { loop } = loopOf(async (run) => {
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    if (run === 1) loop.wake();
    await Promise.resolve();
    underWay--;
    if (run === 2) second.resolve();
  });
  loop.start();
  await second.promise;
  await loop.stop();
  expect(mostAtOnce).toBe(1);
});

test("a failed run is reported, and the next run follows", async () => {
  const second = Promise.withResolvers<void>();
  const { loop, told } = loopOf(async (run) => {
    if (run === 2) return second.resolve();
    loop.wake();
    throw new Error("no database");
  });
  loop.start();
  await second.promise;
  await loop.stop();
  expect(told).toEqual([new Error("no database")]);
});

test("stopping waits for the run in progress and starts no other", async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let ended = 0;
  const { loop } = loopOf(async () => {
    begun.resolve();
    await release.promise;
    ended++;
  });
  loop.start();
  await begun.promise;
  const stopped = loop.stop();
  release.resolve();
  await stopped;
  expect(ended).toBe(1);
  loop.wake();
  await Promise.resolve();
  expect(ended).toBe(1);
});
