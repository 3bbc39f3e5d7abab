import { expect, test } from "vitest";
import { Rounds } from "../../src/kernel/rounds.ts";

const NEVER_MS = 3_600_000;

function roundsOf(work: (round: number) => Promise<void>) {
  const told: unknown[] = [];
  let count = 0;
  const rounds = new Rounds(
    () => work(++count),
    NEVER_MS,
    (error) => told.push(error),
  );
  return { rounds, told };
}

test("what comes during a round is done after it, and never beside it", async () => {
  const second = Promise.withResolvers<void>();
  let underWay = 0;
  let mostAtOnce = 0;
  const { rounds } = roundsOf(async (round) => {
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    if (round === 1) rounds.wake();
    await Promise.resolve();
    underWay--;
    if (round === 2) second.resolve();
  });
  rounds.start();
  await second.promise;
  await rounds.stop();
  expect(mostAtOnce).toBe(1);
});

test("a round that fails is told of, and the next one comes", async () => {
  const second = Promise.withResolvers<void>();
  const { rounds, told } = roundsOf(async (round) => {
    if (round === 2) return second.resolve();
    rounds.wake();
    throw new Error("no database");
  });
  rounds.start();
  await second.promise;
  await rounds.stop();
  expect(told).toEqual([new Error("no database")]);
});

test("stopping waits for the round under way, and begins no other", async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let ended = 0;
  const { rounds } = roundsOf(async () => {
    begun.resolve();
    await release.promise;
    ended++;
  });
  rounds.start();
  await begun.promise;
  const stopped = rounds.stop();
  release.resolve();
  await stopped;
  expect(ended).toBe(1);
  rounds.wake();
  await Promise.resolve();
  expect(ended).toBe(1);
});
