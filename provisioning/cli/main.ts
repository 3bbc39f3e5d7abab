#!/usr/bin/env node
import { CommanderError } from "commander";
import { EXIT } from "./output.ts";
import { buildProgram } from "./program.ts";

const program = await buildProgram({ logsOnly: process.argv[2] === "logs" });
// Whoever reads the first lines only, such as `head`, closes the pipe: no reason to complain.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.misused;
}
