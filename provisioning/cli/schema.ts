import type { Command } from "commander";
import { Invalid } from "../../src/kernel/errors.ts";
import { EXIT, examples, Output } from "./output.ts";

/** `guildhall schema`: the output of `--json` as JSON Schema. */
export function schemaCommand(program: Command): void {
  program
    .command("schema [command...]")
    .description("print what a command prints with --json, or all commands, as JSON Schema")
    .addHelpText(
      "before",
      examples(
        "guildhall schema guilds list",
        "guildhall schema migrate status",
        "guildhall schema",
      ),
    )
    .action(printSchema);
}

async function printSchema(words: readonly string[]): Promise<void> {
  const [{ failureShape, shapes }, { z }] = await Promise.all([
    import("./shapes/index.ts"),
    import("@hono/zod-openapi"),
  ]);
  const out = new Output({ json: true });
  const name = words.join(" ");
  const shape = shapes[name];
  if (shape) out.result(z.toJSONSchema(shape), () => "");
  else if (name === "") {
    const all = Object.entries({ ...shapes, error: failureShape });
    out.result(Object.fromEntries(all.map(([of, one]) => [of, z.toJSONSchema(one)])), () => "");
  } else {
    const next = ["guildhall --help"];
    out.failure(new Invalid("cli/no-such-command", `There is no command ${name}.`, { next }));
  }
  process.exitCode = shape || name === "" ? EXIT.done : EXIT.misused;
}
