import { describe, expect, test } from "vitest";
import { RULES } from "./rules.ts";
import { Tree } from "./tree.ts";

/** For each rule: files that break it once more, and a part of the line that it has to print. */
const PLANTED: Readonly<Record<string, readonly [Record<string, string>, string]>> = {
  "the top level is what the README's map says": [{ "notes/plan.md": "" }, "notes"],
  "imports point down": [
    { "src/kernel/planted.ts": 'import type { Database } from "../database/client.ts";\n' },
    "src/kernel/planted.ts imports src/database/client.ts",
  ],
  "files import each other in no circle": [
    {
      "src/kernel/one.ts": 'import { two } from "./two.ts";\n',
      "src/kernel/two.ts": 'import { one } from "./one.ts";\n',
    },
    "src/kernel/one.ts",
  ],
  "feature folders import each other in no circle": [
    {
      "src/platform/aa/one.ts": 'import type { Two } from "../bb/two.ts";\n',
      "src/platform/bb/two.ts": 'import type { One } from "../aa/one.ts";\n',
    },
    "src/platform/aa",
  ],
  "a guild's feature uses the services of those before it": [
    { "src/tenant/raids/planted.ts": 'import { settle } from "../auctions/service.ts";\n' },
    "src/tenant/raids/planted.ts imports src/tenant/auctions/service.ts",
  ],
  "a guild's feature reads its own tables": [
    { "src/tenant/raids/planted.ts": "const q = sql`select value from bids`;\n" },
    "src/tenant/raids/planted.ts: bids (of auctions)",
  ],
  "every write of a verb leaves an audit row": [
    {
      "src/tenant/raids/planted.ts":
        "export async function end() {\n  await write(ctx.db, [\n    update,\n  ]);\n}\n",
    },
    "src/tenant/raids/planted.ts",
  ],
  "rows are read by the schema": [
    { "src/tenant/raids/planted.ts": "const rows = await ctx.db.all<Row>(QUERY);\n" },
    "src/tenant/raids/planted.ts:1",
  ],
  "rows are written by the schema": [
    { "src/tenant/raids/planted.ts": "const q = sql`update raids set state = 'over'`;\n" },
    "src/tenant/raids/planted.ts:1",
  ],
  "files and lines are short": [
    { "src/kernel/planted.ts": "\n".repeat(402) },
    "src/kernel/planted.ts has 403 lines",
  ],
  "functions are short": [
    { "src/kernel/planted.ts": `export function long() {\n${"  step();\n".repeat(80)}}\n` },
    "src/kernel/planted.ts:1 has 82 lines",
  ],
  "files are named after what is in them": [
    { "src/tenant/raids/closing.ts": "" },
    "src/tenant/raids/closing.ts",
  ],
  "comments and titles of tests are plain": [
    { "src/kernel/planted.ts": "// Whoever calls this waits.\n" },
    "src/kernel/planted.ts:1",
  ],
  "src/platform has four files, and folders": [
    { "src/platform/planted.ts": "" },
    "src/platform/planted.ts",
  ],
  "every feature is mounted": [{ "src/tenant/planted/routes.ts": "" }, "planted"],
  "no file names a machine": [{ "src/kernel/planted.ts": '"/root/x"\n' }, "src/kernel/planted.ts"],
  "banned calls stay out": [
    { "src/kernel/planted.ts": "const at = Date.now();\n" },
    "src/kernel/planted.ts:1: use the clock you were given",
  ],
  "timers, event handlers and detached promises have one owner": [
    { "src/node/planted.ts": 'server.on("upgrade", upgrade);\n' },
    "src/node/planted.ts",
  ],
  "operations are in the short form": [
    { "src/tenant/raids/planted.ts": "const end = createRoute({\n" },
    "src/tenant/raids/planted.ts:1",
  ],
  "forms are parsed by one helper": [
    { "src/tenant/raids/planted.ts": "const body = await c.req.parseBody();\n" },
    "src/tenant/raids/planted.ts:1",
  ],
  "a day is defined once": [
    { "src/tenant/raids/planted.ts": "const DAY_MS = 86_400_000;\n" },
    "src/tenant/raids/planted.ts:1",
  ],
  "browser code is compiled": [
    { "src/web/planted.ts": "export const js = `document.title = 1`;\n" },
    "src/web/planted.ts:1",
  ],
};

/** Other shapes of unowned work than the one above. */
const UNOWNED = [
  'process.once("SIGINT", stop);',
  'signal.addEventListener("abort", stop);',
  "  const timer = setInterval(() => flush(), 1_000);",
  "  setTimeout(resolve, 10);",
  "  void flush();",
  "  const stop = () => void worker.terminate();",
  "done();\n  flush().catch(() => undefined);",
  "if (isAway) {\n  flush()\n    .then(again, tell);\n}",
];
const OWNED = [
  "function stop(): void {",
  "index(name).on(t.guildId),",
  "const text = await answer.text().catch(() => undefined);",
  'background.listen(server, "upgrade", upgrade);',
];

describe("the house rules notice", () => {
  const tree = Tree.ofProject();

  test("every rule has a violation planted here", () => {
    expect(Object.keys(PLANTED).sort()).toEqual(Object.keys(RULES).sort());
  });

  for (const [promise, [files, line]] of Object.entries(PLANTED)) {
    test(`a violation of: ${promise}`, () => {
      const { find } = RULES[promise]!;
      const before = find(tree);
      const added = find(tree.with(files)).filter((one) => !before.includes(one));
      expect(added.join("\n")).toContain(line);
    });
  }

  test("unowned work in every shape, and no work that has an owner", () => {
    const { find } = RULES["timers, event handlers and detached promises have one owner"]!;
    const found = (text: string) => find(new Tree(new Map([["src/node/planted.ts", text]]))).length;
    expect(UNOWNED.filter((text) => found(text) === 0)).toEqual([]);
    expect(OWNED.filter((text) => found(text) > 0)).toEqual([]);
  });

  test("banned words in sentences of the product, but not in names", () => {
    const { find } = RULES["comments and titles of tests are plain"]!;
    const found = (text: string) => find(new Tree(new Map([["src/web/planted.ts", text]]))).length;
    expect(found('lead: "Nobody else can claim it.",')).toBe(1);
    expect(found("empty={<p>{t.nobody}</p>}")).toBe(0);
  });
});
