import type { Command } from "commander";
import { leavesOf } from "../leaves.ts";
import { shapes } from "./index.ts";
import { outlineOf } from "./outline.ts";

const WIDTH = 92;

/** Adds the output of `--json` to each command's help. */
export function addShapesToHelp(program: Command): void {
  for (const { name, command } of leavesOf(program)) {
    const shape = shapes[name];
    if (!shape) continue;
    const lines = outlineOf(shape).flatMap(folded);
    const more = `  Types and meanings: guildhall schema ${name}`;
    command.addHelpText("after", ["", "JSON:", ...lines, more].join("\n"));
  }
}

/** Breaks lines after commas at the width of a terminal. */
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
