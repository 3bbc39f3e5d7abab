import { expect, test } from "vitest";
import { boundedServer, type Cost, expectFairness } from "../support/bounded-server.ts";
import { savedVariablesOf } from "../support/saved-variables.ts";
import { IS_FULL } from "../support/scale.ts";

const MB = 1024 ** 2;
/** The largest files in use have 20 MB. */
const FILE_BYTES = (IS_FULL ? 20 : 1) * MB;
/** How much a server may grow while it imports one of them. */
const GROWTH_MB_MAX = 256;

test("S66 a large file of an addon is previewed and committed while another guild's pages wait no longer than a moment", async () => {
  await using server = await boundedServer();
  const guild = await server.guild("veterans");
  const { text, rows } = savedVariablesOf(FILE_BYTES);
  const costs: Cost[] = [];
  const measured = async (what: string, work: () => Promise<void>) => {
    const cost = await server.cost(work);
    expectFairness(what, cost);
    costs.push(cost);
  };

  let path = "";
  await measured(`upload and preview of ${Math.round(text.length / MB)} MB`, async () => {
    const { status, body } = await guild.api.sendText("POST", "/imports", text, "text/plain");
    expect([status, body.state]).toEqual([202, "preview"]);
    expect(body.counts.entry).toEqual({ new: rows });
    path = `/imports/${body.id}`;
  });
  await measured("the page of its preview", async () => {
    expect((await guild.api.page(`/g/${guild.slug}${path}`)).status).toBe(200);
  });
  const progress = new Set<number>();
  await measured(`the commit of ${rows} entries`, async () => {
    expect((await guild.api.post(`${path}/commitment`, {})).status).toBeLessThan(300);
    await expect
      .poll(
        async () => {
          const { state, progress: written } = (await guild.api.get(path)).body;
          progress.add(written);
          return state;
        },
        { timeout: 1_500_000, interval: 100 },
      )
      .toBe("done");
  });
  expect(progress.size).toBeGreaterThan(1);
  expect((await guild.api.get("/dkp/verification")).body.isRight).toBe(true);
  const { report } = (await guild.api.get(path)).body;
  expect(report.persons).toHaveLength(120);
  for (const one of report.persons) expect(one.correction).toBe("1");
  const grewMb = Math.max(...costs.map(({ grewBytes }) => grewBytes)) / MB;
  expect(grewMb).toBeLessThanOrEqual(GROWTH_MB_MAX);
}, 1_800_000);
