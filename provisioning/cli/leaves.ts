import type { Command } from "commander";

/** A command with an action, by its full name, such as `guilds list`. */
export interface LeafCommand {
  readonly name: string;
  readonly command: Command;
}

export function leavesOf(command: Command, path = ""): readonly LeafCommand[] {
  return command.commands.flatMap((sub) => {
    const name = `${path} ${sub.name()}`.trim();
    return sub.commands.length > 0 ? leavesOf(sub, name) : [{ name, command: sub }];
  });
}
