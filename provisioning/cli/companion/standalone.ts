import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { processBackground } from "../../../src/kernel/background.ts";
import { Screen, statusText } from "./print.ts";
import { runOnce, runWatch } from "./run.ts";
import { textAt } from "./state.ts";

// The companion for people without npm: one file that a start script runs. The server and the guild are
// in settings.json beside it, as the guild's page wrote them, and the key is in key.txt.
const NODE_MIN = 20;
const USAGE = `node companion.mjs [watch|once] [folder] [--server URL] [--guild SLUG] [--key-file PATH]
                   [--state PATH] [--json]`;

const FOLDER = dirname(fileURLToPath(import.meta.url));

async function main(): Promise<number> {
  if (Number(process.versions.node.split(".")[0]) < NODE_MIN) {
    throw new Error(`Node ${NODE_MIN} or newer is needed. Install it from https://nodejs.org.`);
  }
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: "string" },
      guild: { type: "string" },
      "key-file": { type: "string" },
      state: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const [command = "watch", folder] = positionals;
  if (command !== "watch" && command !== "once") throw new Error(`Use it so:\n${USAGE}`);
  const settings = await readSettings();
  const options = {
    folder: folder ?? (textAt(settings, "folder") || undefined),
    server: values.server ?? textAt(settings, "server") ?? "",
    guild: values.guild ?? (textAt(settings, "guild") || undefined),
    keyFile:
      values["key-file"] ?? (process.env["GUILDHALL_KEY"] ? undefined : join(FOLDER, "key.txt")),
    state: values.state ?? join(FOLDER, "state.json"),
  };
  const screen = new Screen(process.stdout);
  const print = (status: unknown) => process.stdout.write(`${JSON.stringify(status)}\n`);
  const listener = {
    onNews: (news: Parameters<Screen["news"]>[0]) => {
      if (!values.json) screen.news(news);
    },
    onStatus: (status: Parameters<Screen["status"]>[0]) => {
      if (values.json) print(status);
      else screen.status(status);
    },
  };
  if (command === "once") {
    const status = await runOnce(options, listener);
    if (values.json) print(status);
    else process.stdout.write(`${statusText(status)}\n`);
    return status.files.some(({ state }) => /^(waiting|refused|unreadable)$/.test(state)) ? 1 : 0;
  }
  const stop = new AbortController();
  processBackground.once(process, "SIGINT", () => stop.abort());
  await runWatch(options, listener, stop.signal);
  return 0;
}

async function readSettings(): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(FOLDER, "settings.json"), "utf8");
  } catch {
    return {};
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      "settings.json cannot be read. Download the companion again, or write \\\\ for \\ in the folder.",
    );
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`\nError: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
