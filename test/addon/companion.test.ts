import {
  appendFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  Companion,
  type News,
  SETTLE_MS,
  Stopped,
} from "../../provisioning/cli/companion/companion.ts";
import type { Answer } from "../../provisioning/cli/companion/delivery.ts";
import { contentOf, type GameExport } from "../../provisioning/cli/companion/game-export.ts";
import { StateFile } from "../../provisioning/cli/companion/state.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { exportText, pathFor, saved } from "./exports.ts";

const HOUR_MS = 3_600_000;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "guildhall-game-"));
});
afterEach(() => removeSearched(folder));

/** A companion whose clock moves only when told, and its server. */
function world(answer: (one: GameExport, nowMs: number) => Answer = accepted) {
  const startMs = performance.timeOrigin + performance.now();
  let nowMs = startMs;
  const sent: GameExport[] = [];
  const tries: number[] = [];
  const news: News[] = [];
  const start = () =>
    new Companion({
      folder,
      store: new StateFile(join(folder, "state.json"), "https://guilds.example iron-vow"),
      nowMs: () => nowMs,
      onNews: (one) => news.push(one),
      send: async (one) => {
        tries.push(nowMs - startMs);
        const told = answer(one, nowMs - startMs);
        if (told.kind === "delivered") sent.push(one);
        return told;
      },
    });
  let companion = start();
  return {
    sent,
    tries,
    news,
    pass: () => companion.pass(),
    status: () => companion.status(),
    states: () =>
      Object.fromEntries(companion.status().files.map((one) => [one.account, one.state])),
    /** Passes until `ms` are over, each when the one before asked for it. Returns their number. */
    live: async (ms: number) => {
      const endMs = nowMs + ms;
      let passes = 0;
      while (nowMs <= endMs) {
        nowMs += Math.max(1, await companion.pass());
        passes += 1;
      }
      return passes;
    },
    restart: () => {
      companion = start();
    },
  };
}

const accepted = (one: GameExport): Answer => ({ kind: "delivered", rows: one.rows });

describe("the companion", () => {
  test("sends a file that is written in pieces once, when it is complete and has settled", async () => {
    const path = await pathFor(folder, "_retail_", "ANNA");
    const w = world();
    const text = exportText();
    const size = Math.ceil(text.length / 12);
    await writeFile(path, "");
    for (let at = 0; at < text.length; at += size) {
      await w.live(2 * SETTLE_MS);
      expect(w.sent).toEqual([]);
      await appendFile(path, text.slice(at, at + size));
      // The piece that was written this moment is not read yet.
      await w.pass();
      expect(w.sent).toEqual([]);
    }
    await w.live(HOUR_MS);
    expect(w.sent.map((one) => one.text)).toEqual([text]);
    expect(w.states()).toEqual({ ANNA: "delivered" });
  });

  test("leaves a cut or empty file alone at every length, and takes it once it is whole", async () => {
    const text = exportText({ note: "DC: añna" });
    const bytes = Buffer.from(text);
    const start = bytes.indexOf("=") + 1;
    for (let length = start; length < bytes.length - 2; length += 7) {
      const kind = contentOf(bytes.subarray(0, length).toString("utf8")).kind;
      expect([length, kind]).toEqual([length, "unfinished"]);
    }
    const path = await saved(folder, "_retail_", "ANNA", text.slice(0, 200));
    const w = world();
    await w.live(HOUR_MS);
    expect([w.sent.length, w.states()]).toEqual([0, { ANNA: "unfinished" }]);
    await writeFile(path, text);
    await w.live(HOUR_MS);
    expect([w.sent.length, w.states()]).toEqual([1, { ANNA: "delivered" }]);
  });

  test("sees a file that is replaced by a rename, and goes on when it vanishes", async () => {
    const path = await saved(folder, "_retail_", "ANNA", exportText());
    const w = world();
    await w.live(HOUR_MS);
    const next = exportText({ at: 1_700_000_500 });
    await writeFile(`${path}.tmp`, next);
    await rename(`${path}.tmp`, path);
    await w.live(HOUR_MS);
    expect(w.sent.map((one) => one.exportedAt)).toEqual([1_700_000_000, 1_700_000_500]);
    await rm(path);
    await w.live(HOUR_MS);
    expect(w.states()).toEqual({});
    await rm(join(folder, "_retail_"), { recursive: true });
    await w.live(HOUR_MS);
    await saved(folder, "_retail_", "ANNA", exportText({ at: 1_700_001_000 }));
    await w.live(HOUR_MS);
    expect(w.sent).toHaveLength(3);
  });

  test("delivers once after a day without a server, with few tries, though the file is gone and it restarted", async () => {
    const path = await saved(folder, "_retail_", "ANNA", exportText());
    const isUp = (ms: number) => ms > 24 * HOUR_MS;
    const w = world((one, ms) => (isUp(ms) ? accepted(one) : { kind: "retry", reason: "Down." }));
    await w.live(2 * HOUR_MS);
    await rm(path);
    w.restart();
    await w.live(10 * HOUR_MS);
    expect(w.sent).toEqual([]);
    expect(w.status().waiting).toBe(1);
    w.restart();
    await w.live(16 * HOUR_MS);
    expect(w.sent.map((one) => one.text)).toEqual([exportText()]);
    // The waits grow to a quarter of an hour.
    expect(w.tries.length).toBeLessThan(24 * 10);
    expect(w.tries.length).toBeGreaterThan(24 * 3);
  });

  test("keeps only the newest export of a guild while the server is down", async () => {
    const path = await saved(folder, "_retail_", "ANNA", exportText());
    const w = world((one, ms) =>
      ms > 2 * HOUR_MS ? accepted(one) : { kind: "retry", reason: "Down." },
    );
    await w.live(HOUR_MS);
    await writeFile(path, exportText({ at: 1_700_000_900 }));
    await w.live(3 * HOUR_MS);
    expect(w.sent.map((one) => one.exportedAt)).toEqual([1_700_000_900]);
  });

  test("tries no sooner than the server asked for, and not in a hurry otherwise", async () => {
    await saved(folder, "_retail_", "ANNA", exportText());
    await saved(folder, "_retail_", "BORIN", exportText({ guild: "Day Watch" }));
    const w = world((one, ms) =>
      ms < 2 * HOUR_MS ? { kind: "retry", reason: "Busy.", waitMs: 2 * HOUR_MS } : accepted(one),
    );
    await w.live(3 * HOUR_MS);
    expect(w.tries).toHaveLength(3);
    expect(w.tries[1]).toBeGreaterThanOrEqual(2 * HOUR_MS);
    expect(w.sent).toHaveLength(2);
  });

  test("finds two accounts and two editions, and of one guild sends the newest export only", async () => {
    await saved(folder, "_retail_", "ANNA", exportText({ at: 1_700_000_300 }));
    await saved(folder, "_retail_", "BORIN", exportText({ at: 1_700_000_100 }));
    await saved(
      folder,
      "_classic_era_",
      "CATHAL",
      exportText({ edition: "era", at: 1_700_000_050 }),
    );
    await saved(folder, "_retail_", "DORA", "\nGuildhallSyncDB = nil\n");
    const w = world();
    await w.live(HOUR_MS);
    const names = w.sent.map(({ edition, exportedAt }) => `${edition} ${exportedAt}`);
    expect(names.sort()).toEqual(["era 1700000050", "retail 1700000300"]);
    expect(w.states()).toMatchObject({ ANNA: "delivered", CATHAL: "delivered", DORA: "nothing" });
    expect(w.states()["BORIN"]).toBe("older");
  });

  test.each([
    ["the installation", ""],
    ["one edition", "_retail_"],
    ["two levels above", ".."],
  ])("finds the files from %s", async (_, from) => {
    const deep = join(folder, "Program Files", "World of Warcraft");
    await saved(deep, "_retail_", "ANNA", exportText());
    const base = from === ".." ? folder : join(deep, from);
    const companion = new Companion({
      folder: base,
      store: new StateFile(join(folder, "state.json"), "x"),
      nowMs: () => performance.timeOrigin + performance.now() + HOUR_MS,
      onNews: () => {},
      send: async (one) => accepted(one),
    });
    await companion.pass();
    expect(companion.status().files.map(({ account }) => account)).toEqual(["ANNA"]);
  });

  test("does not send the same export again: after a restart, or written in another order", async () => {
    const path = await saved(folder, "_retail_", "ANNA", exportText());
    const w = world();
    await w.live(HOUR_MS);
    w.restart();
    await w.live(HOUR_MS);
    const reordered = exportText().replace(
      /(\["schema"\] = 1,\n)(\["exportedAt"\] = \d+,\n)/,
      "$2$1",
    );
    expect(reordered).not.toBe(exportText());
    await writeFile(path, reordered);
    await w.live(HOUR_MS);
    expect([w.sent.length, w.states()]).toEqual([1, { ANNA: "delivered" }]);
  });

  test("delivers the others when the server refuses one, and does not send that one again", async () => {
    const path = await saved(folder, "_retail_", "ANNA", exportText({ guild: "Other" }));
    await saved(folder, "_retail_", "BORIN", exportText());
    const w = world((one) =>
      one.guild === "Other"
        ? { kind: "refused", message: "It is of another guild." }
        : accepted(one),
    );
    await w.live(24 * HOUR_MS);
    w.restart();
    await w.live(24 * HOUR_MS);
    expect(w.tries).toHaveLength(2);
    expect(w.states()).toEqual({ ANNA: "refused", BORIN: "delivered" });
    expect(w.status().files[0]!.message).toBe("It is of another guild.");
    await writeFile(path, exportText({ guild: "Other", at: 1_700_009_000 }));
    await w.live(HOUR_MS);
    expect(w.tries).toHaveLength(3);
  });

  test("stops when the key is wrong, and delivers after a start with a right one", async () => {
    await saved(folder, "_retail_", "ANNA", exportText());
    let isRight = false;
    const w = world((one) => (isRight ? accepted(one) : { kind: "stop", message: "Wrong key." }));
    await expect(w.live(HOUR_MS)).rejects.toThrow(Stopped);
    isRight = true;
    w.restart();
    await w.live(HOUR_MS);
    expect(w.sent).toHaveLength(1);
  });

  test("only reads the game's files", async () => {
    const path = await saved(folder, "_retail_", "ANNA", exportText());
    await utimes(path, 1_600_000_000, 1_600_000_000);
    const before = await stat(path);
    const w = world();
    await w.live(HOUR_MS);
    const after = await stat(path);
    expect(w.sent).toHaveLength(1);
    expect([after.mtimeMs, after.ctimeMs, after.ino, after.mode]).toEqual([
      before.mtimeMs,
      before.ctimeMs,
      before.ino,
      before.mode,
    ]);
    expect(await readFile(path, "utf8")).toBe(exportText());
  });

  test("goes on with a damaged state file, a folder that links to itself, and a file that is no data", async () => {
    await writeFile(join(folder, "state.json"), '{"version":1,"targets":{"https');
    await saved(folder, "_retail_", "ANNA", exportText());
    await saved(folder, "_retail_", "BORIN", "local x = os.exit()");
    await symlink(folder, join(folder, "_loop_"));
    const w = world();
    await w.live(HOUR_MS);
    expect(w.states()).toEqual({ ANNA: "delivered", BORIN: "unreadable" });
  });

  test("does not look more often than once a minute while nothing changes", async () => {
    await saved(folder, "_retail_", "ANNA", exportText());
    const w = world();
    expect(await w.live(HOUR_MS)).toBeLessThan(65);
  });
});
