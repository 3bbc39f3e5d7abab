#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DIST, isUpToDate } from "./built-from.ts";

// What operators call. It runs the built command line, which starts several times faster than its
// sources, and builds it first whenever a file is not what it was built from: so an update needs no
// step that could be forgotten, and nothing old ever runs.
if (!isUpToDate()) {
  const { buildProject } = await import("./build.ts");
  await buildProject();
}
enableCompileCache(join(DIST, "compiled"));
await import(pathToFileURL(join(DIST, "guildhall.js")).href);
