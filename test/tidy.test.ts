import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Files of ours that are tracked or about to be, as paths from the top. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const code = files.filter((path) => /\.tsx?$/.test(path) && path !== "src/web/assets/bundles.ts");
const product = code.filter((path) => /^(src|provisioning)\//.test(path));

/** Data and generated text: their length says nothing about how hard they are to read. */
const GENERATED = new Set([
  "src/limits.ts",
  "platform-migrations/index.ts",
  "tenant-migrations/index.ts",
  "src/platform/auth/common-passwords.ts",
]);

const TOP_LEVEL = new Set(
  `package.json package-lock.json tsconfig.json biome.json src platform-migrations
   tenant-migrations provisioning test wrangler.toml README.md LICENSE CHANGELOG.md
   CONTRIBUTING.md SECURITY.md .env.example .ci .gitignore .npmrc`.split(/\s+/),
);

// Who may import whom. The first pattern that fits a file names what it may reach, besides packages
// and itself. A `schema.ts` and `tenant/context.ts` are leaves that everybody may import.
const LEAVES = /(^src\/(platform|tenant)\/(.+\/)?([a-z]+-)?schema\.ts$)|^src\/tenant\/context\.ts$/;
const KERNEL = /^src\/(kernel\/|limits\.ts)/;
const LAYERS: readonly (readonly [layer: RegExp, mayReach: RegExp])[] = [
  [/^src\/(platform|tenant)\/index\.ts$/, /^src\/(http|platform|tenant)\//],
  [/^src\/kernel\//, /^src\/kernel\//],
  [/^src\/limits\.ts$/, /^$/],
  [/^src\/config(-variables)?\.ts$/, /^src\/(kernel\/|limits\.ts|config-variables\.ts)/],
  [/^src\/database\//, /^src\/(kernel|database)\/|^src\/limits\.ts/],
  [LEAVES, /^src\/(kernel|database|tenant\/.*schema\.ts|platform\/(store|schema)\.ts)/],
  [/^src\/platform\/[a-z-]+\.ts$/, /^src\/(kernel|database|platform\/[a-z-]+\.ts|services\.ts)/],
  [
    /^src\/services\.ts$/,
    /^(src\/(kernel|database|config|platform|limits|tenant\/live\/tails)|provisioning\/provisioner)/,
  ],
  [
    /^src\/tenant\/(audit|seed|context|events)\.ts$/,
    /^src\/(kernel|database|platform\/store|tenant)/,
  ],
  [/^src\/web\//, /^src\/(kernel|web|limits\.ts|http\/(env|view)\.ts)/],
  [
    /^src\/http\//,
    /^src\/(kernel|database|http|web|limits|services|platform\/[a-z-]+\.ts|tenant\/context)/,
  ],
  [/^src\/platform\//, /^src\/(kernel|database|http|web|limits|services|platform|tenant\/context)/],
  [
    /^src\/tenant\//,
    /^src\/(kernel|database|http|web|limits|services|platform\/(store|context|jobs|live-tickets)|tenant)/,
  ],
  [/^src\/app\.ts$/, /^src\//],
  [/^src\/node(\.ts|\/)/, /^(src\/|provisioning\/|(platform|tenant)-migrations\/index)/],
  [/^src\/worker(\.ts|\/)/, /^(src\/|provisioning\/|(platform|tenant)-migrations\/index)/],
  [/^provisioning\/cli\//, /^(src\/|provisioning\/|(platform|tenant)-migrations\/index)/],
  [
    /^provisioning\//,
    /^(src\/(kernel|database|limits|tenant\/(schema|seed)|platform\/(store|schema|operations)\.ts)|provisioning\/(?!cli)|(platform|tenant)-migrations\/index)/,
  ],
];

/** The order of tenant features: each may use the services of those before it. */
const FEATURES = ["roster", "dkp", "raids", "loot", "auctions"];

const BANNED: readonly (readonly [what: RegExp, where: RegExp, instead: string])[] = [
  [
    /\bDate\.now\(\)|new Date\(\)/,
    /^(?!src\/kernel\/clock\.ts|src\/web\/client\/)(src|provisioning)\//,
    "use the clock you were given",
  ],
  [/from "drizzle-orm/, /(routes\.ts|pages\.tsx)$|^src\/http\//, "ask a service"],
  [/\bctx\.db\b|\.orm\b/, /(routes\.ts|pages\.tsx)$/, "ask a service"],
  [
    /from "node:/,
    /^(?!src\/node|src\/database\/embedded|provisioning\/(hosts\/file|backups\/|cli\/))(src|provisioning)\//,
    "keep Node's own modules in src/node, the file host and the command line",
  ],
  [
    /^import \{.*\} from "zod"/,
    /^(src|provisioning)\//,
    'import z from "@hono/zod-openapi": only so a bundle has it with what that adds',
  ],
  [/\.transaction\(/, /^src\/(?!database\/)/, "write(db, [...]) with guards"],
  [/@libsql\/client/, /^(?!src\/database\/)(src|provisioning)\//, "src/database opens databases"],
  [
    /\b(TODO|FIXME|XXX|HACK)\b/,
    /^(?!test\/tidy)(src|provisioning|test)\//,
    "do it, or say so in an issue",
  ],
  [/@ts-(ignore|nocheck)/, /./, "fix the type"],
  [/\.(only|skip|todo)\(/, /^test\/(?!tidy)/, "run it, or print why it cannot run"],
  [
    /\brm\(\w+, \{ recursive/,
    /^test\/(?!bench\/|support\/(secrets\/|sqld|worker))/,
    "removeSearched(folder): what the product left there is searched for secrets first",
  ],
  [/\bparseBody\(\{[^}]*dot/, /./, "parse flat names: dots reach into prototypes"],
  [
    /style=[{"]|<script(?! src)/,
    /^src\/.*\.tsx$/,
    "a class or an asset: the content policy forbids inline code",
  ],
];

/** The owner of background work, the waits that run nothing, and code that runs in browsers. */
const OWNS_BACKGROUND = /^src\/(kernel\/(background|concurrency)\.ts|web\/client\/)/;

/** Lines that start work which no caller awaits: an error in it would end the process. */
function unownedWork(text: string): string[] {
  const events =
    "(?<!ackground)\\.(on|once|addListener|prependListener|addEventListener)\\((?!t\\.)";
  const calls = new RegExp(
    `${events}|\\b(setInterval|setTimeout|queueMicrotask|nextTick)\\(|\\bvoid (?!0)[\\w#(]`,
  );
  const found = text
    .split("\n")
    .filter((line) => calls.test(line) && !/^\s*(\/\/|\/?\*)/.test(line));
  // A statement that begins with a call and ends in a handler drops the promise of that handler.
  const bare = text.matchAll(
    /(?<=[;{}]\s*\n\s*|=>\s*)(?!await|return|throw|const|let|yield|case)([\w.#?!]+\([^;{}=]*?\)\s*\.(?:then|catch)\()/g,
  );
  return [...found, ...[...bare].map((match) => match[1]!)];
}

const rel = (path: string) => path.replace(root, "");

function importsOf(path: string): string[] {
  const found = read(path).matchAll(
    /^(?:import|export)\s[^;]*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/gm,
  );
  return [...found].map((match) => rel(join(root, path, "..", (match[1] ?? match[2])!)));
}

describe("the house rules", () => {
  test("the top level is what the README's map says", () => {
    const top = new Set(files.map((path) => path.split("/")[0]!));
    expect([...top].filter((name) => !TOP_LEVEL.has(name))).toEqual([]);
  });

  test("imports point down", () => {
    const wrong: string[] = [];
    for (const path of product) {
      const layer = LAYERS.find(([pattern]) => pattern.test(path));
      if (!layer) {
        wrong.push(`${path} belongs to no layer`);
        continue;
      }
      for (const target of importsOf(path)) {
        const fine = LEAVES.test(target) || KERNEL.test(target) || layer[1].test(target);
        if (!fine && !isTypeOnly(path, target)) wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("a guild's feature uses another one's service, never its tables, and only those before it", () => {
    const wrong: string[] = [];
    for (const path of product.filter((one) => one.startsWith("src/tenant/"))) {
      const own = path.split("/")[2]!;
      for (const target of importsOf(path)) {
        const other = /^src\/tenant\/([a-z-]+)\//.exec(target)?.[1];
        if (other === undefined || other === own || path.split("/").length < 4) continue;
        const order = [FEATURES.indexOf(other), FEATURES.indexOf(own)] as const;
        const isLater = order[0] >= 0 && order[1] >= 0 && order[0] > order[1];
        const isTable = target.endsWith("/schema.ts") && !path.endsWith("/schema.ts");
        if (isLater || isTable || /(routes|pages)\.tsx?$/.test(target)) {
          wrong.push(`${path} imports ${target}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("files stay under 400 lines and lines under 100 characters", () => {
    const long: string[] = [];
    for (const path of code.filter((one) => !GENERATED.has(one) && !/\/meta\//.test(one))) {
      const lines = read(path).split("\n");
      if (lines.length > 401) long.push(`${path} has ${lines.length} lines`);
      lines.forEach((line, index) => {
        // The formatter leaves only what it cannot break: texts, patterns and addresses.
        if (line.length > 160) long.push(`${path}:${index + 1} is ${line.length} characters long`);
      });
    }
    expect(long).toEqual([]);
  });

  test("banned calls stay out", () => {
    const found: string[] = [];
    for (const path of code) {
      const rules = BANNED.filter(([, where]) => where.test(path));
      read(path)
        .split("\n")
        .forEach((line, index) => {
          for (const [what, , instead] of rules) {
            if (what.test(line)) found.push(`${path}:${index + 1}: ${instead}`);
          }
        });
    }
    expect(found).toEqual([]);
  });

  test("timers, event handlers and detached promises have one owner", () => {
    const found = product
      .filter((path) => !OWNS_BACKGROUND.test(path))
      .flatMap((path) => unownedWork(read(path)).map((line) => `${path}: ${line.trim()}`));
    expect(found).toEqual([]);
    const planted = [
      'server.on("upgrade", upgrade);',
      'process.once("SIGINT", stop);',
      'signal.addEventListener("abort", stop);',
      "  const timer = setInterval(() => flush(), 1_000);",
      "  setTimeout(resolve, 10);",
      "  void flush();",
      "  const stop = () => void worker.terminate();",
      "done();\n  flush().catch(() => undefined);",
      "if (isAway) {\n  flush()\n    .then(again, tell);\n}",
    ];
    expect(planted.filter((text) => unownedWork(text).length === 0)).toEqual([]);
    const owned = [
      "function stop(): void {",
      "index(name).on(t.guildId),",
      "const text = await answer.text().catch(() => undefined);",
      'background.listen(server, "upgrade", upgrade);',
    ];
    expect(owned.flatMap(unownedWork)).toEqual([]);
  });

  test("every write of a verb leaves an audit row in the same transaction", () => {
    const silent: string[] = [];
    for (const path of product.filter((one) => /^src\/tenant\/[a-z-]+\/.*\.ts$/.test(one))) {
      for (const match of read(path).matchAll(/\bwrite\(ctx\.db,[\s\S]*?\n {2}\]?\)/g)) {
        // Bids are a record of their own; of secret ones nobody else may hear.
        if (!/record\(|(into|update) bids/.test(match[0]))
          silent.push(`${path}: ${match[0].slice(0, 60)}`);
      }
    }
    expect(silent).toEqual([]);
  });

  test("every feature folder is mounted", () => {
    for (const kind of ["platform", "tenant"] as const) {
      const index = read(`src/${kind}/index.ts`) + read("src/app.ts");
      const folders = readdirSync(join(root, "src", kind), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
      expect(folders.filter((name) => !index.includes(`./${name}/`))).toEqual([]);
    }
  });

  test("the project's files name no machine and no workplace", () => {
    const wrong = files
      .filter((path) => path !== "test/tidy.test.ts" && path !== "package-lock.json")
      .filter((path) => /(^|[^A-Za-z0-9_.])\/(work|root|home\/[a-z]+)\//m.test(read(path)));
    expect(wrong).toEqual([]);
  });
});

function isTypeOnly(path: string, target: string): boolean {
  const name = target.split("/").pop()!;
  const line = read(path)
    .split(";")
    .find((statement) => statement.includes(`/${name}"`) && statement.includes("from"));
  return line !== undefined && /^\s*(import|export) type\b/.test(line.trimStart());
}
