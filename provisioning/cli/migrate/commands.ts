import { type Command, InvalidArgumentError } from "commander";
import { limits } from "../../../src/limits.ts";
import { DEFAULT_WAVES } from "../../rollouts/waves.ts";
import { DRY_RUN, examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

const LANES = ["--lanes <n>", "how many guilds of one host at once", count] as const;
const WAVE = [
  "--wave <wave>",
  "one wave: a number, 10%, plan=…, host=…, region=…, guild=a,b or rest; repeat it",
  collect,
] as const;

// Loaded when one of them runs, because they load the whole platform.
const queries = () => import("./look.ts");
const applying = () => import("./apply.ts");
const drifts = () => import("./drift.ts");

/** `guildhall migrate …`: brings schema changes to all guilds. */
export function migrateCommands(program: Command): void {
  const migrate = program
    .command("migrate")
    .description("roll the newest schema out to every guild, wave by wave")
    .addHelpText(
      "before",
      examples(
        "guildhall migrate plan",
        "guildhall migrate rehearse iron-vow",
        "guildhall migrate apply --reason 'release 1.4'",
        "guildhall migrate status",
      ),
    );
  ofPlatform(migrate);
  looking(migrate);
  changing(migrate);
  checking(migrate);
}

function ofPlatform(migrate: Command): void {
  migrate
    .command("platform")
    .description("bring the platform's own database to this release, after a copy that was checked")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall migrate platform --dry-run", "guildhall migrate platform"),
    )
    .addHelpText(
      "after",
      `
A server does the same when it starts. Every other command waits for it. To go back to the release
before, see "Upgrade and go back" in README.md.`,
    )
    .action(async (o: { json?: boolean; quiet?: boolean; dryRun?: boolean }) => {
      const { reportUpgrade, describeUpgrade } = await import("./platform.ts");
      if (o.dryRun) return await describeUpgrade(o);
      await run(o, reportUpgrade, undefined, "migrate");
    });
}

function looking(migrate: Command): void {
  migrate
    .command("plan")
    .description("say what a rollout would do, and change nothing")
    .option(...WAVE)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall migrate plan", "guildhall migrate plan --wave 5 --wave 20% --wave rest"),
    )
    .action((o: { wave?: string[]; json?: boolean }) =>
      run(o, async (services, out) =>
        (await queries()).planCommand(services, out, o.wave ?? DEFAULT_WAVES),
      ),
    );
  migrate
    .command("rehearse <slug...>")
    .description("migrate copies of real guilds, and say how long it took and what it did")
    .option(...LANES, limits.fleet.lanes)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall migrate rehearse iron-vow ash-and-ember"))
    .action((slugs: string[], o: { lanes: number; json?: boolean }) =>
      run(o, async (services, out) =>
        (await queries()).rehearseCommand(services, out, slugs, o.lanes),
      ),
    );
  migrate
    .command("status")
    .description("how far the newest rollout is, who runs it, and what failed and why")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall migrate status", "guildhall migrate status --json"))
    .action((o: { json?: boolean }) =>
      run(o, async (services, out) => (await queries()).rolloutStatus(services, out)),
    );
}

export interface ApplyOptions {
  readonly wave?: readonly string[];
  readonly lanes: number;
  readonly failuresMax: number;
  readonly slownessMax: number;
  readonly snapshots?: boolean;
  readonly allowDestructive?: boolean;
  readonly dryRun?: boolean;
  readonly reason: string;
  readonly json?: boolean;
}

function changing(migrate: Command): void {
  applyCommand(migrate);
  migrate
    .command("pause")
    .description("let the running rollout finish the guilds it is at, and stop")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall migrate pause"))
    .action((o: Plain) =>
      run(
        o,
        async (services, out) => (await applying()).pauseRollout(services, out),
        async (services) => `pause ${await (await applying()).newestNamed(services)}`,
      ),
    );
  for (const retry of [false, true]) {
    migrate
      .command(retry ? "retry" : "resume")
      .description(
        retry ? "go on, and try the failed guilds again" : "go on where the rollout stopped",
      )
      .option(...DRY_RUN)
      .option(...JSON_OPTION)
      .addHelpText("before", examples(`guildhall migrate ${retry ? "retry" : "resume"}`))
      .action((o: Plain) =>
        run(
          o,
          async (services, out) => (await applying()).resumeRollout(services, out, { retry }),
          async (services) => `go on with ${await (await applying()).newestNamed(services)}`,
        ),
      );
  }
  migrate
    .command("revert")
    .description("give the guilds of the newest rollout back the databases they had before")
    .option("--confirm <id>", "the id of the rollout, as status prints it")
    .option("--discard-writes", "also where something was written since")
    .option("--dry-run", "say what would be lost, and change nothing")
    .option("--all", "show every guild, not only those with losses")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall migrate revert --dry-run"))
    .action((o: RevertOptions) =>
      run(o, async (services, out) => {
        const { revertRollout } = await import("./revert.ts");
        return await revertRollout(services, out, o);
      }),
    );
}

function applyCommand(migrate: Command): void {
  migrate
    .command("apply")
    .description("begin a rollout, or go on with an unfinished one")
    .option(...WAVE)
    .option(...LANES, limits.fleet.lanes)
    .option(
      "--failures-max <n>",
      "halt after more failures than this",
      count,
      limits.fleet.failuresMax,
    )
    .option(
      "--slowness-max <n>",
      "halt when a wave's guilds take this many times longer",
      count,
      limits.fleet.slownessMax,
    )
    .option("--snapshots", "keep a copy of every database, for a revert")
    .option("--allow-destructive", "run migrations that take data away; copies are kept first")
    .option("--dry-run", "say what would be done, and change nothing")
    .option("--reason <text>", "why, for those who read it later", "")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall migrate apply --reason 'release 1.4'",
        "guildhall migrate apply --wave guild=iron-vow --wave 10% --wave rest --snapshots",
        "guildhall migrate apply --dry-run",
      ),
    )
    .action((o: ApplyOptions) =>
      run(o, async (services, out) => (await applying()).applyRollout(services, out, o)),
    );
}

interface Plain {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export interface RevertOptions {
  readonly confirm?: string;
  readonly discardWrites?: boolean;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

function checking(migrate: Command): void {
  migrate
    .command("verify")
    .description("compare every guild's real schema and ledger with what they should be")
    .option(...LANES, limits.fleet.lanes)
    .option("--guild <slug>", "only this guild")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall migrate verify", "guildhall migrate verify --json"))
    .action((o: { lanes: number; guild?: string; json?: boolean }) =>
      run(o, async (services, out) => (await drifts()).verifyFleet(services, out, o)),
    );
  migrate
    .command("repair <slug>")
    .description("propose what would mend a guild's schema, and with --apply do it")
    .option("--apply", "run the proposed statements, all or none")
    .option("--dry-run", "only propose, which is what happens without --apply")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall migrate repair iron-vow"))
    .action((slug: string, o: { apply?: boolean; json?: boolean; dryRun?: boolean }) =>
      run(o, async (services, out) =>
        (await drifts()).repairFleet(services, out, slug, o.apply === true && o.dryRun !== true),
      ),
    );
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("Write a whole number, 0 or more.");
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
