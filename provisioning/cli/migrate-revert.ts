import { Invalid } from "../../src/kernel/errors.ts";
import { snapshotsOf } from "../../src/node/rolling.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { type LostWrites, revertGuild, revertible } from "../rollouts/revert.ts";
import { Rollouts } from "../rollouts/rollouts.ts";
import type { RevertOptions } from "./migrate.ts";
import { newest } from "./migrate-apply.ts";
import { EXIT, type Output, table } from "./output.ts";

export async function revertRollout(
  services: NodeServices,
  out: Output,
  options: RevertOptions,
): Promise<number> {
  const rollouts = new Rollouts(services.platform);
  const rollout = await newest(rollouts);
  const deps = { ...services, rollouts, snapshots: snapshotsOf(services) };
  const guilds = await revertible(deps, rollout);
  const losing = guilds.filter(({ changes }) => changes > 0);
  if (options.dryRun || options.confirm !== rollout.id) {
    out.result({ rollout: rollout.id, guilds }, () => lossText(guilds, rollout.id));
    if (options.dryRun || guilds.length === 0) return EXIT.done;
    out.failure(
      new Invalid("cli/not-confirmed", "Nothing was changed. Name the rollout to go back.", {
        next: [`guildhall migrate revert --confirm ${rollout.id}`],
      }),
    );
    return EXIT.misused;
  }
  const wanted = options.discardWrites ? guilds : guilds.filter(({ changes }) => changes === 0);
  for (const guild of wanted) await revertGuild(deps, rollout, guild);
  const left = guilds.length - wanted.length;
  if (left === 0) await rollouts.markReverted(rollout);
  out.result({ rollout: rollout.id, reverted: wanted.length, left, losing }, () =>
    [
      `${wanted.length} guilds have their database of before again.`,
      ...(left > 0
        ? [
            `${left} were left alone, because something was written there since.`,
            `Try:   guildhall migrate revert --confirm ${rollout.id} --discard-writes`,
          ]
        : []),
    ].join("\n"),
  );
  return left > 0 ? EXIT.partial : EXIT.done;
}

function lossText(guilds: readonly LostWrites[], id: string): string {
  if (guilds.length === 0) return "This rollout kept no copies, so there is nothing to go back to.";
  const rows = guilds.map(({ slug, changes, actions }) => [
    slug,
    String(changes),
    Object.entries(actions)
      .map(([action, times]) => `${action} ×${times}`)
      .join(", "),
  ]);
  return [
    table(["guild", "would be lost", "which"], rows),
    `Try:   guildhall migrate revert --confirm ${id}`,
  ].join("\n\n");
}
