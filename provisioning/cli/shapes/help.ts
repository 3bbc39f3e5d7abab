import type { Command } from "commander";
import { leavesOf } from "../leaves.ts";
import { shapes } from "./index.ts";
import { outlineOf } from "./outline.ts";

const WIDTH = 92;

/** Adds to each command's help what it prints with `--json`. */
export function tellShapes(program: Command): void {
  for (const { name, command } of leavesOf(program)) {
    const shape = shapes[name];
    if (!shape) continue;
    const lines = outlineOf(shape).flatMap(folded);
    const more = `  Types and meanings: guildhall schema ${name}`;
    command.addHelpText("after", ["", "JSON:", ...lines, more].join("\n"));
  }
}

/** Broken after commas, as far as a terminal is wide. */
function folded(text: string): readonly string[] {
  const lines: string[] = [];
  let line = " ";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "   ";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
