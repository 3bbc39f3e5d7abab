import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import { processes } from "../../../src/node/processes.ts";
import { copiesOf } from "../../../src/node/rollout-services.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import { record } from "../../../src/platform/context.ts";
import {
  countUncopied,
  isLosing,
  type LostWrites,
  type RevertDeps,
  revertGuild,
  revertible,
} from "../../rollouts/revert.ts";
import { type Rollout, Rollouts } from "../../rollouts/rollouts.ts";
import { describeFailure } from "../failures.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output, plural, table } from "../output.ts";
import { newest } from "./apply.ts";
import type { RevertOptions } from "./commands.ts";

/** The number of guilds in a summary; `--all` shows every one. */
const SHOWN = 20;

export async function revertRollout(
  services: NodeServices,
  out: Output,
  options: RevertOptions,
): Promise<number> {
  const rollouts = new Rollouts(services.platform, processes);
  const rollout = await newest(rollouts);
  const deps: RevertDeps = {
    ...services,
    migrations: guildSchema,
    copies: copiesOf({ ...services, migrations: guildSchema }),
    afterRevert: (guild) => services.setJobsAnew(guild),
  };
  const guilds = await revertible(deps, rollout);
  const withoutCopy = await countUncopied(deps, rollout);
  if (options.dryRun || options.confirm !== rollout.id) {
    out.result({ rollout: rollout.id, guilds, withoutCopy }, () =>
      lossText(guilds, withoutCopy, rollout.id, options.all === true),
    );
    if (options.dryRun || guilds.length === 0) return EXIT.done;
    out.failure(
      new Invalid("cli/not-confirmed", "Nothing was changed. Name the rollout to go back.", {
        next: [`guildhall migrate revert --confirm ${rollout.id}`],
      }),
    );
    return EXIT.misused;
  }
  if (rollout.status === "running" && !rollouts.isAbandoned(rollout)) {
    throw new Conflict("rollout/under-way", "This rollout is running. Pause it first.", {
      next: ["guildhall migrate pause"],
    });
  }
  return await revertGuilds(services, out, { deps, rollouts, rollout, guilds }, options);
}

interface Reverting {
  readonly deps: RevertDeps;
  readonly rollouts: Rollouts;
  readonly rollout: Rollout;
  readonly guilds: readonly LostWrites[];
}

async function revertGuilds(
  services: NodeServices,
  out: Output,
  { deps, rollouts, rollout, guilds }: Reverting,
  options: RevertOptions,
): Promise<number> {
  const discardWrites = options.discardWrites === true;
  const failed: LostWrites[] = guilds.filter(({ error }) => error !== null);
  const losing = guilds.filter(isLosing);
  let reverted = 0;
  let left = 0;
  for (const guild of guilds) {
    if (guild.error !== null) continue;
    try {
      if (await revertGuild(deps, rollout, guild, { discardWrites })) reverted++;
      else left++;
    } catch (error) {
      failed.push({ ...guild, error: describeFailure(error).message });
    }
  }
  const ctx = atThisMachine(services);
  const after = { reverted, left, failed: failed.length, discardWrites };
  await rollouts.markReverted(rollout, (id) => [record(ctx, "rollout.revert", id, { after })]);
  out.result({ rollout: rollout.id, reverted, left, losing, failed }, () =>
    [
      `${plural(reverted, "guild has", "guilds have")} the database of before again.`,
      ...(left > 0
        ? [
            `${plural(left, "guild was", "guilds were")} left alone: something was written since.`,
            `Try:   guildhall migrate revert --confirm ${rollout.id} --discard-writes`,
          ]
        : []),
      ...(failed.length > 0
        ? [`${plural(failed.length, "guild", "guilds")} could not go back:`, errorTable(failed)]
        : []),
    ].join("\n"),
  );
  return left > 0 || failed.length > 0 ? EXIT.partial : EXIT.done;
}

function lossText(
  guilds: readonly LostWrites[],
  withoutCopy: number,
  id: string,
  all: boolean,
): string {
  const ofThem = plural(withoutCopy, "guild was", "guilds were");
  const uncopiedText = `${ofThem} migrated without a copy and cannot go back.`;
  if (guilds.length === 0) {
    return [
      "No guild of this rollout has a copy to go back to.",
      ...(withoutCopy > 0 ? [uncopiedText] : []),
    ].join("\n");
  }
  const failed = guilds.filter(({ error }) => error !== null);
  const losing = guilds.filter((one) => one.error === null && isLosing(one));
  const changes = losing.reduce((sum, one) => sum + one.changes, 0);
  const listed = all ? guilds.filter(({ error }) => error === null) : losing.slice(0, SHOWN);
  const hidden = all ? 0 : losing.length - listed.length;
  return [
    `${plural(guilds.length - failed.length, "guild", "guilds")} can go back.`,
    losing.length === 0
      ? "None of them has written anything since, so nothing would be lost."
      : `${plural(losing.length, "of them has", "of them have")} written since: ` +
        `${plural(changes, "change")} would be lost.`,
    ...(listed.length > 0 ? [lossTable(listed)] : []),
    ...(hidden > 0
      ? [`${plural(hidden, "more guild")} with losses; --all shows every guild.`]
      : []),
    ...(withoutCopy > 0 ? [uncopiedText] : []),
    ...(failed.length > 0
      ? [`${plural(failed.length, "guild")} cannot go back:`, errorTable(failed)]
      : []),
    `Try:   guildhall migrate revert --confirm ${id}` +
      (losing.length > 0 ? " --discard-writes" : ""),
  ].join("\n\n");
}

function lossTable(guilds: readonly LostWrites[]): string {
  return table(
    ["guild", "would be lost", "which"],
    guilds.map(({ slug, changes, actions, wasReplaced }) => [
      slug,
      String(changes),
      [
        ...Object.entries(actions).map(([action, times]) => `${action} ×${times}`),
        ...(wasReplaced ? ["its database was replaced since"] : []),
      ].join(", "),
    ]),
  );
}

function errorTable(guilds: readonly LostWrites[]): string {
  return table(
    ["guild", "why"],
    guilds.map(({ slug, error }) => [slug, error ?? ""]),
  );
}
