import { userInfo } from "node:os";
import type { Command } from "commander";
import { AREAS, type Area } from "../../src/kernel/areas.ts";
import { Invalid } from "../../src/kernel/errors.ts";
import type { NodeServices } from "../../src/node/services.ts";
import type { Operator, OperatorContext } from "../../src/platform/context.ts";
import { account } from "./guilds/lookup.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, table } from "./output.ts";
import { run } from "./run.ts";

/** `guildhall operators add|remove|list|reset-factor`. */
export function operatorCommands(program: Command): void {
  const operators = program
    .command("operators")
    .description("choose who runs the platform in the browser; a new platform has no operator");
  addCommand(operators);
  removeCommand(operators);
  listCommand(operators);
  resetFactorCommand(operators);
}

function addCommand(operators: Command): void {
  operators
    .command("add <email>")
    .description("trust an account with areas of the platform, these and no others")
    .requiredOption("--may <areas>", `of ${AREAS.join(", ")}; or all`)
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall operators add ops@example.com --may all",
        "guildhall operators add support@example.com --may guilds,audit",
      ),
    )
    .action((email: string, o: { may: string; json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => {
          const { addOperator } = await operatorService();
          const operator = await addOperator(atThisMachine(services), {
            email,
            areas: areasOf(o.may),
          });
          out.result(
            operator,
            () => `${operator.name} may now do this at /operator: ${operator.areas.join(", ")}`,
          );
          return EXIT.done;
        },
        async (services) => {
          const { name } = await account(services, email);
          return `let ${name} do this at /operator: ${areasOf(o.may).join(", ")}`;
        },
      ),
    );
}

function removeCommand(operators: Command): void {
  operators
    .command("remove <email>")
    .description("take all of it back, at once and everywhere")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall operators remove ops@example.com"))
    .action((email: string, o: { json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => {
          const { removeOperator } = await operatorService();
          const operator = await removeOperator(atThisMachine(services), email);
          out.result(
            { removed: operator.userId },
            () => `${operator.name} is no operator any more.`,
          );
          return EXIT.done;
        },
        async (services) => `take everything back from ${(await account(services, email)).name}`,
      ),
    );
}

function listCommand(operators: Command): void {
  operators
    .command("list")
    .description("everybody who runs the platform")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall operators list", "guildhall operators list --json"))
    .action((o: { json?: boolean }) =>
      run(o, async (services, out) => {
        const { listOperators } = await operatorService();
        const all = await listOperators(atThisMachine(services));
        out.result(all, () =>
          table(
            ["e-mail", "name", "areas", "since"],
            all.map((one) => [
              one.email,
              one.name,
              one.areas.join(", "),
              new Date(one.addedAt).toISOString().slice(0, 10),
            ]),
          ),
        );
        return EXIT.done;
      }),
    );
}

function resetFactorCommand(operators: Command): void {
  operators
    .command("reset-factor <email>")
    .description("remove the second factor of a locked-out account, an operator's or another one")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall operators reset-factor ops@example.com"))
    .action((email: string, o: { json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => {
          const { resetSecondFactor } = await import("../../src/platform/console/accounts.ts");
          const { userId, name } = await account(services, email);
          await resetSecondFactor(atThisMachine(services), userId);
          out.result({ reset: userId }, () => `${name} signs in without a code from now on.`);
          return EXIT.done;
        },
        async (services) => `remove the second factor of ${(await account(services, email)).name}`,
      ),
    );
}

const operatorService = () => import("../../src/platform/console/service.ts");

/** The actor for commands: access to the machine allows everything, and the audit log records the account. */
export function atThisMachine(
  services: NodeServices,
): OperatorContext & { readonly caller: Operator } {
  const caller = { type: "operator", name: userInfo().username } as const;
  const areas = new Set(AREAS);
  return { services, caller, requestId: "", address: "", agent: "guildhall", areas };
}

/** @throws {Invalid} `cli/unknown-area` */
function areasOf(text: string): readonly Area[] {
  if (text.trim() === "all") return AREAS;
  const named = text.split(",").map((one) => one.trim());
  const unknown = named.filter((one) => !(AREAS as readonly string[]).includes(one));
  if (unknown.length === 0) return named as Area[];
  throw new Invalid(
    "cli/unknown-area",
    `There is no area ${unknown.join(", ")}. Choose from: ${AREAS.join(", ")}.`,
  );
}
