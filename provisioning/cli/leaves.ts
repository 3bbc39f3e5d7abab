import type { Command } from "commander";

/** A command with an action, by its full name, such as `guilds list`. */
export interface Leaf {
  readonly name: string;
  readonly command: Command;
}

export function leavesOf(command: Command, path = ""): readonly Leaf[] {
  return command.commands.flatMap((sub) => {
    const name = `${path} ${sub.name()}`.trim();
    return sub.commands.length > 0 ? leavesOf(sub, name) : [{ name, command: sub }];
  });
}
