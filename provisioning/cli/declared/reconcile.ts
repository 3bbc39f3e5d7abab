import type { NodeServices } from "../../../src/node/services.ts";
import { type GuildState, guildStates } from "../../../src/platform/declared/drift.ts";
import type { Change } from "../../../src/platform/declared/rules.ts";
import { EXIT, type Output, table } from "../output.ts";
import { applyIntent, type FailedGuild } from "./apply.ts";
import { filesHash } from "./diff.ts";
import { validFiles } from "./validate.ts";

/** Says of each guild whether it is as its file says, and repairs declared fields when asked to. */
export async function reconcile(
  services: NodeServices,
  out: Output,
  dir: string,
  isRepair: boolean,
): Promise<number> {
  const files = await validFiles(dir);
  const before = await guildStates(services.platform, files);
  let failed: readonly FailedGuild[] = [];
  if (isRepair) {
    const intent = { files, plan: undefined, hash: `repair ${filesHash(files)}` };
    ({ failed } = await applyIntent(services, intent, isOfExisting));
  }
  const guilds = isRepair ? await guildStates(services.platform, files) : before;
  const repaired = before
    .filter(({ state }) => state === "drifted")
    .filter(({ id }) => guilds.some((now) => now.id === id && now.state === "in step"))
    .map(({ id, slug }) => ({ id, slug }));
  out.result({ guilds, repaired, failed }, () => statesText(guilds, failed));
  if (failed.length > 0) return EXIT.partial;
  const isInStep = guilds.every(({ state }) => state === "in step" || state === "unmanaged");
  return isInStep ? EXIT.done : EXIT.drift;
}

/** Repairs found no guilds. That is the work of `apply`. */
function isOfExisting({ action }: Change): boolean {
  return action !== "create";
}

function statesText(guilds: readonly GuildState[], failed: readonly FailedGuild[]): string {
  const rows = guilds.flatMap(({ slug, state, drift }) =>
    drift.length === 0
      ? [[slug, state, "", "", "", ""]]
      : drift.map(({ field, from, to, by, at }) => [
          slug,
          state,
          field,
          `${from ?? "-"} instead of ${to ?? "-"}`,
          by ?? "",
          at === null ? "" : new Date(at).toISOString(),
        ]),
  );
  const lines = failed.map(({ slug, code, message }) => `${slug} failed: ${code}: ${message}`);
  return [table(["guild", "state", "field", "difference", "by", "at"], rows), ...lines].join("\n");
}
