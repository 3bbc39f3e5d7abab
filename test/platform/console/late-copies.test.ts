import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OF_THE_PLATFORM } from "../../../src/platform/jobs/kinds.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { removeSearched } from "../../support/secrets/folders.ts";
import { anOperator } from "./support.ts";

const HOUR_MS = 3_600_000;

/** Emails about backups, oldest first. */
async function lettersOf({
  dir,
  services,
}: TestApp): Promise<readonly { to: string; text: string }[]> {
  await services.messageRunner.drain();
  const names = (await readdir(join(dir, "outbox"))).sort();
  const letters = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(dir, "outbox", name), "utf8"))),
  );
  return letters.filter(({ subject }) => subject.includes("no recent backup"));
}

async function nextRound(t: TestApp, afterMs: number): Promise<void> {
  t.advance(afterMs);
  await t.services.jobs.enqueue(OF_THE_PLATFORM, "platform.copies", "");
  await t.services.slowJobRunner.drain();
}

test("operators in charge of backups get an email a day while guilds have none, and none after", async () => {
  await using t = await testApp();
  const { owner } = await t.guild("iron-vow");
  const { email } = (await anOperator(t, ["backups"], "bea")).identity;
  await anOperator(t, ["jobs"], "joe");
  // A store that cannot be written to.
  const store = join(t.dir, "backups");
  await removeSearched(store);
  await writeFile(store, "");
  await nextRound(t, HOUR_MS);
  expect(await lettersOf(t)).toEqual([]);
  await nextRound(t, 3 * HOUR_MS);
  const [letter, ...others] = await lettersOf(t);
  expect(letter).toMatchObject({ to: email, text: expect.stringContaining("iron-vow") });
  expect(others).toEqual([]);
  await nextRound(t, HOUR_MS);
  expect(await lettersOf(t)).toHaveLength(1);
  await nextRound(t, 24 * HOUR_MS);
  expect(await lettersOf(t)).toHaveLength(2);
  await rm(store);
  await mkdir(store);
  t.advance(24 * HOUR_MS);
  expect(await owner.post("/settings/backups")).toMatchObject({ status: 201 });
  await nextRound(t, HOUR_MS);
  expect(await lettersOf(t)).toHaveLength(2);
});
