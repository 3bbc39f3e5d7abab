import type { Command } from "commander";
import { Invalid } from "../../src/kernel/errors.ts";
import { bySlug } from "./guilds/lookup.ts";
import { atThisMachine } from "./operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, table } from "./output.ts";
import { run } from "./run.ts";

interface GrantOptions {
  readonly plan: string;
  readonly until?: string;
  readonly reason: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** `guildhall plans list|grant|revoke`. */
export function planCommands(program: Command): void {
  const plans = program.command("plans").description("show plans, and give guilds one");
  listCommand(plans);
  grantCommand(plans);
  revokeCommand(plans);
}

function listCommand(plans: Command): void {
  plans
    .command("list")
    .description("every plan, its limits and how many guilds are on it")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall plans list", "guildhall plans list --json"))
    .action((o: { json?: boolean }) =>
      run(o, async (services, out) => {
        const { planLines } = await import("../../src/platform/plans/plan-editor.ts");
        const all = await planLines(atThisMachine(services));
        const shown = (value: number | null) => (value === null ? "-" : String(value));
        out.result(all, () =>
          table(
            ["plan", "guilds", "members", "guilds/owner", "days", "keys", "log bytes"],
            all.map((plan) => [
              plan.name,
              String(plan.guilds),
              shown(plan.membersMax),
              shown(plan.guildsPerAccountMax),
              shown(plan.retentionDays),
              shown(plan.keysMax),
              shown(plan.logBytesMax),
            ]),
          ),
        );
        return EXIT.done;
      }),
    );
}

function grantCommand(plans: Command): void {
  plans
    .command("grant <slug>")
    .description("give a guild a plan without payment")
    .requiredOption("--plan <plan>", "which one")
    .requiredOption("--reason <text>", "why, for the log")
    .option("--until <day>", "the day it ends, such as 2026-12-31; for good without it")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall plans grant iron-vow --plan premium --until 2026-12-31 --reason 'Beta'"),
    )
    .action((slug: string, o: GrantOptions) =>
      run(
        o,
        async (services, out) => {
          const guild = await bySlug(services, slug);
          const until = dayOf(o.until);
          const { plan, reason } = o;
          const { grantPlan } = await subscriptions();
          await grantPlan(atThisMachine(services), guild.id, { plan, until, reason });
          out.result(
            { granted: guild.id, plan, until },
            () => `${guild.name} has ${plan}${o.until ? ` until ${o.until}` : ""}.`,
          );
          return EXIT.done;
        },
        async (services) => {
          dayOf(o.until);
          const end = o.until ? ` until ${o.until}` : "";
          return `give ${(await bySlug(services, slug)).name} ${o.plan}${end}`;
        },
      ),
    );
}

function revokeCommand(plans: Command): void {
  plans
    .command("revoke <slug>")
    .description("take a given plan back; what is paid for stays")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall plans revoke iron-vow"))
    .action((slug: string, o: { json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => {
          const guild = await bySlug(services, slug);
          const { revokeGrant } = await subscriptions();
          await revokeGrant(atThisMachine(services), guild.id);
          const now = (await services.platform.guild(guild.id))!.plan.name;
          out.result({ revoked: guild.id, plan: now }, () => `${guild.name} is on ${now} now.`);
          return EXIT.done;
        },
        async (services) => `take the given plan back from ${(await bySlug(services, slug)).name}`,
      ),
    );
}

const subscriptions = () => import("../../src/platform/plans/subscriptions.ts");

/** @throws {Invalid} `cli/bad-day` */
function dayOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new Invalid("cli/bad-day", `${text} is no day. Write it like 2026-12-31.`);
}
