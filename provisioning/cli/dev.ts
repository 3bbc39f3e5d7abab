import { spawn } from "node:child_process";
import { context } from "esbuild";
import { bundle } from "./build.ts";

// Rebuilds on every change. Node restarts the demo when the bundle changes.
const watcher = await context(bundle);
await watcher.rebuild();
await watcher.watch();
const args = ["--watch", "--enable-source-maps", "dist/demo.js", ...process.argv.slice(2)];
spawn(process.execPath, args, { stdio: "inherit" });
