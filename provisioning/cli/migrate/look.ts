import { forEachLimit } from "../../../src/kernel/concurrency.ts";
import { processes } from "../../../src/node/processes.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import { schemaOf } from "../../migrations.ts";
import { planRollout, type RolloutPlan } from "../../rollouts/plan.ts";
import { heldBy, utc } from "../../rollouts/records.ts";
import { type Rehearsal, rehearse } from "../../rollouts/rehearse.ts";
import { guildsBehind, Rollouts } from "../../rollouts/rollouts.ts";
import { type RolloutView, viewRollout } from "../../rollouts/status.ts";
import { bySlug } from "../guilds/lookup.ts";
import { EXIT, type Output, plural, table } from "../output.ts";

/** The number of slugs shown beside a cause; the JSON contains all. */
const SLUGS_SHOWN = 5;

export async function planCommand(
  services: NodeServices,
  out: Output,
  waves: readonly string[],
): Promise<number> {
  const plan = await planRollout(services.platform, guildSchema, waves);
  out.result(plan, () => planText(plan));
  return EXIT.done;
}

export function planText(plan: RolloutPlan): string {
  const { target, behind, waves, statements } = plan;
  const to = `schema ${target.version} (${target.name}, ${target.hash.slice(0, 12)})`;
  if (behind === 0) return `Every guild has ${to}. There is nothing to do.`;
  const waveRows = waves.map(({ name, guilds, from }, index) => [
    String(index + 1),
    name,
    String(guilds),
    Object.entries(from)
      .map(([version, of]) => `${of} from ${version}`)
      .join(", "),
  ]);
  const statementRows = statements.map(({ migration, risk, why, sql }) => [
    migration,
    risk === "adds" ? "" : `${risk}: ${why}`,
    sql.replace(/\s+/g, " ").slice(0, 80),
  ]);
  return [
    `${plural(behind, "guild is", "guilds are")} behind ${to}.`,
    table(["wave", "who", "guilds", "versions"], waveRows),
    table(["migration", "look at", "statement"], statementRows),
    plan.isDestructive
      ? "Some statements take data away. A copy of each guild is kept before they run.\n" +
        "Try:   guildhall migrate apply --allow-destructive"
      : "Try:   guildhall migrate rehearse <slug>\nTry:   guildhall migrate apply",
  ].join("\n\n");
}

export async function rehearseCommand(
  services: NodeServices,
  out: Output,
  slugs: readonly string[],
  lanes: number,
): Promise<number> {
  const guilds = await Promise.all(slugs.map((slug) => bySlug(services, slug)));
  const found: Rehearsal[] = [];
  await forEachLimit(guilds, 1, async (guild) => {
    found.push(await rehearse({ ...services, migrations: guildSchema }, guild));
  });
  const behind = (await guildsBehind(services.platform, schemaOf(guildSchema).hash)).length;
  const meanMs = found.reduce((sum, { durationMs }) => sum + durationMs, 0) / found.length;
  const estimateMs = Math.ceil((meanMs * behind) / Math.max(1, lanes));
  out.result({ rehearsals: found, behind, estimateMs }, () => rehearsalText(found, estimateMs));
  return found.some(({ error }) => error !== null) ? EXIT.failed : EXIT.done;
}

function rehearsalText(found: readonly Rehearsal[], estimateMs: number): string {
  const rows = found.map((one) => [
    one.slug,
    `${one.from} to ${one.to}`,
    `${one.durationMs.toFixed(1)} ms`,
    String(one.rowsTouched),
    `${one.bytesAfter - one.bytesBefore >= 0 ? "+" : ""}${one.bytesAfter - one.bytesBefore} bytes`,
    one.violatesForeignKeys ? "foreign keys broken" : (one.error ?? "fine"),
  ]);
  return [
    table(["guild", "schema", "took", "rows", "size", "outcome"], rows),
    `All guilds that are behind would take about ${(estimateMs / 1_000).toFixed(1)} s.`,
  ].join("\n\n");
}

export async function rolloutStatus(services: NodeServices, out: Output): Promise<number> {
  const rollouts = new Rollouts(services.platform, processes);
  const rollout = await rollouts.newest();
  if (!rollout) {
    out.result(null, () => "There has been no rollout yet.\nTry:   guildhall migrate plan");
    return EXIT.done;
  }
  const status = await viewRollout({ rollouts }, rollout);
  out.result(status, () => statusText(status));
  return EXIT.done;
}

export function statusText(status: RolloutView): string {
  const rows = status.waves.map(({ name, done, failed, pending }) =>
    [name, done, failed, pending].map(String),
  );
  const failures = status.failures.map(({ cause, count, slugs }) => [
    String(count),
    cause,
    slugs.slice(0, SLUGS_SHOWN).join(" ") + (slugs.length > SLUGS_SHOWN ? " …" : ""),
  ]);
  const hasFailed = status.status === "halted" || status.status === "failed";
  return [
    [
      `Rollout ${status.id} to schema ${status.targetVersion}: ${stateText(status)}`,
      `Begun by ${status.startedBy} at ${utc(status.startedAt)}` +
        (status.reason ? `: ${status.reason}` : "."),
      ...paceText(status),
      ...(status.haltReason ? [status.haltReason] : []),
    ].join("\n"),
    table(["wave", "done", "failed", "left"], rows),
    ...(failures.length > 0 ? [table(["guilds", "cause", "which"], failures)] : []),
    ...(hasFailed
      ? [
          "If the guilds were the cause, correct them and retry. If the migration was, revert " +
            "the guilds that have it, correct it, build again and apply again.",
        ]
      : []),
    ...(status.next.length > 0 ? [status.next.map((line) => `Try:   ${line}`).join("\n")] : []),
  ].join("\n\n");
}

function stateText(status: RolloutView): string {
  if (!status.isAbandoned) return status.status;
  return "running, but its process is gone; resume takes it over at once";
}

/** Who runs the rollout since when, its speed, and the estimated remaining time. */
function paceText(status: RolloutView): readonly string[] {
  const { remaining, perMinute, remainingMs } = status;
  const left = `${plural(remaining, "guild is", "guilds are")} left`;
  if (status.status !== "running") return remaining > 0 ? [`${left}.`] : [];
  const rate =
    perMinute === null || remainingMs === null
      ? ""
      : `, ${plural(perMinute, "guild")} a minute, about ${duration(remainingMs)} to go`;
  return [heldBy(status), `${left}${rate}.`];
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 120) return plural(seconds, "second");
  return plural(Math.round(seconds / 60), "minute");
}
