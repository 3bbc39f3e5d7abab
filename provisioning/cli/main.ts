#!/usr/bin/env node
import "../../src/node/umask.ts";
import { CommanderError } from "commander";
import { processBackground } from "../../src/kernel/background.ts";
import { EXIT } from "./output.ts";
import { buildProgram } from "./program.ts";

const program = buildProgram();
const typed = process.argv.slice(2);
// The JSON shapes take longer to load than everything else, and only help needs them.
if (typed.length > 1 && typed.some((word) => ["--help", "-h", "help"].includes(word))) {
  const { addShapesToHelp } = await import("./shapes/help.ts");
  addShapesToHelp(program);
}
// A reader such as `head` closes the pipe early, which is not an error.
processBackground.listen(process.stdout, "error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit();
  process.stderr.write(`The output cannot be written (${code}): ${message}\n`);
  process.exit(EXIT.failed);
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.misused;
}
