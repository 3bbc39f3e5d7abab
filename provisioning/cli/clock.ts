import type { Command } from "commander";
import type { NodeServices } from "../../src/node/services.ts";
import { record } from "../../src/platform/context.ts";
import { confirmClock, storedClock } from "../../src/platform/jobs/clock.ts";
import { atThisMachine } from "./operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output } from "./output.ts";
import { run } from "./run.ts";

/** `guildhall clock …`: shows the platform's time, and confirms that this machine's clock is right. */
export function clockCommands(program: Command): void {
  const clock = program
    .command("clock")
    .description("compare this machine's clock with the newest time the platform has seen");
  clock
    .command("status")
    .description(
      "say whether the clock is right, ahead or behind; ends with 4 when it is not right",
    )
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall clock status", "guildhall clock status --json"))
    .action((options: { json?: boolean }) => run(options, showClock));
  clock
    .command("confirm")
    .description("say that this machine's clock is right: what waited for that goes on")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall clock confirm --dry-run", "guildhall clock confirm"))
    .action((options: { json?: boolean; dryRun?: boolean }) =>
      run(
        options,
        async (services, out) => {
          await confirmClock(services.platform, [
            record(atThisMachine(services), "clock.confirm", "platform", {
              after: { shown: services.now().toISOString() },
            }),
          ]);
          return await showClock(services, out);
        },
        async (services) => `take ${services.now().toISOString()} for the time it is`,
      ),
    );
}

async function showClock({ platform, now }: NodeServices, out: Output): Promise<number> {
  const row = await storedClock(platform);
  const state = platform.clock.state();
  const newestAt = row?.newestAt ?? null;
  const shownAt = now().getTime();
  out.result({ state, shownAt, newestAt }, () =>
    [
      `The clock is ${state}: it shows ${now().toISOString()}.`,
      ...(newestAt === null
        ? []
        : [`The newest time that a server has seen is ${new Date(newestAt).toISOString()}.`]),
      ...(state === "right" ? [] : ["Put it right, or, if it is: guildhall clock confirm"]),
    ].join("\n"),
  );
  return state === "right" ? EXIT.done : EXIT.drift;
}
