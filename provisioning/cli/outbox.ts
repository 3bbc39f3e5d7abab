import type { Command } from "commander";
import { atThisMachine } from "./operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, table } from "./output.ts";
import { run } from "./run.ts";

type Options = { readonly json?: boolean; readonly dryRun?: boolean };

/** `guildhall outbox list|retry|discard`: emails and Discord posts that were given up. */
export function outboxCommands(program: Command): void {
  const outbox = program
    .command("outbox")
    .description("see, retry or discard emails and Discord posts that were given up");
  outbox
    .command("list")
    .description("list messages that were not sent, the latest first")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall outbox list", "guildhall outbox list --json"))
    .action((o: Options) =>
      run(o, async (services, out) => {
        const { listDeadLetters } = await deadLetters();
        const found = await listDeadLetters(atThisMachine(services));
        out.result(found, () =>
          table(
            ["id", "kind", "guild", "given up", "reason"],
            found.items.map((one) => [
              one.id,
              `${one.kind} ${one.template}`,
              one.slug ?? "",
              one.deadAt === null ? "" : new Date(one.deadAt).toISOString(),
              one.deadReason ?? "",
            ]),
          ),
        );
        return EXIT.done;
      }),
    );
  addChange(outbox, "retry", "send a message again", async (services, id) => {
    await (await deadLetters()).retryDeadLetter(services, id);
    return `The message ${id} is in the outbox again.`;
  });
  addChange(outbox, "discard", "delete a message that was given up", async (services, id) => {
    await (await deadLetters()).discardDeadLetter(services, id);
    return `The message ${id} is deleted.`;
  });
}

function addChange(
  outbox: Command,
  name: "retry" | "discard",
  description: string,
  change: (ctx: ReturnType<typeof atThisMachine>, id: string) => Promise<string>,
): void {
  outbox
    .command(`${name} <id>`)
    .description(description)
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(`guildhall outbox ${name} 0f3c… --dry-run`, `guildhall outbox ${name} 0f3c…`),
    )
    .action((id: string, o: Options) =>
      run(
        o,
        async (services, out) => {
          const said = await change(atThisMachine(services), id);
          out.result({ id, done: name }, () => said);
          return EXIT.done;
        },
        async () => `${name} the message ${id}`,
      ),
    );
}

const deadLetters = () => import("../../src/platform/messages/dead-letters.ts");
