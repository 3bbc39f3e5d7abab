import type { NodeServices } from "../../../src/node/services.ts";
import { factorsSealedWith } from "../../../src/platform/accounts/factors/store.ts";
import {
  PERSONAL_RESEAL_JOB,
  personalSealedWith,
} from "../../../src/platform/accounts/secrets/service.ts";
import { OF_THE_PLATFORM } from "../../../src/platform/jobs/kinds.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { RESEAL_JOB, secretsByKey } from "../../../src/tenant/connections/reseal.ts";
import { describeFailure } from "../failures.ts";
import { EXIT, type Output, table } from "../output.ts";
import type { RotateOptions } from "./commands.ts";

interface KeyUse {
  readonly id: string;
  /** `seals` is the first of SECRETS_KEYS, `opens` any other key, `missing` is not configured. */
  readonly state: "seals" | "opens" | "missing";
  readonly guildSecrets: number;
  readonly personalSecrets: number;
}

interface Status {
  readonly keys: readonly KeyUse[];
  /** Guilds with secrets that are not sealed with the first key. */
  readonly behind: readonly {
    readonly id: string;
    readonly slug: string;
    readonly count: number;
  }[];
  /** The number of personal secrets that are not sealed with the first key. */
  readonly peopleBehind: number;
  readonly failed: readonly { readonly slug: string; readonly error: string }[];
}

/** Shows how many secrets each key seals. */
export async function showStatus(services: NodeServices, out: Output): Promise<number> {
  const status = await statusOf(services);
  out.result(status, () => describe(status));
  const isMissing = status.keys.some(({ state }) => state === "missing");
  return isMissing || status.failed.length > 0 ? EXIT.drift : EXIT.done;
}

/** Seals every secret with the first key. */
export async function rotate(
  services: NodeServices,
  out: Output,
  { dryRun = false, background = false }: RotateOptions,
): Promise<number> {
  const { currentKeyId } = services.envelopes;
  if (currentKeyId === undefined) {
    throw new Error("SECRETS_KEYS is not set: there is no key to seal with.");
  }
  const before = await statusOf(services);
  if (dryRun) {
    out.result({ ...before, changed: false }, () => `Nothing was changed.\n${describe(before)}`);
    return EXIT.done;
  }
  const { jobs, slowJobRunner } = services;
  if (before.peopleBehind > 0) {
    await jobs.enqueue(OF_THE_PLATFORM, PERSONAL_RESEAL_JOB, currentKeyId);
  }
  for (const { id } of before.behind) {
    await jobs.enqueue(id as Guild["id"], RESEAL_JOB, currentKeyId);
  }
  if (!background) await slowJobRunner.drain([PERSONAL_RESEAL_JOB, RESEAL_JOB]);
  const after = await statusOf(services);
  out.result({ ...after, enqueued: before.behind.length }, () => describe(after));
  const isLeft = after.behind.length + after.failed.length + after.peopleBehind > 0;
  return isLeft && !background ? EXIT.partial : EXIT.done;
}

async function statusOf(services: NodeServices): Promise<Status> {
  const { currentKeyId, keyIds } = services.envelopes;
  const guildSecrets = new Map<string, number>();
  const behind: { id: string; slug: string; count: number }[] = [];
  const failed: { slug: string; error: string }[] = [];
  for await (const guild of services.platform.guilds()) {
    if (guild.status !== "ready" && guild.status !== "suspended") continue;
    try {
      const found = await services.tenants.use(guild, (db) => secretsByKey({ db }));
      let count = 0;
      for (const one of found) {
        guildSecrets.set(one.keyId, (guildSecrets.get(one.keyId) ?? 0) + one.count);
        if (one.keyId !== currentKeyId) count += one.count;
      }
      if (count > 0) behind.push({ id: guild.id, slug: guild.slug, count });
    } catch (error) {
      failed.push({ slug: guild.slug, error: describeFailure(error).message });
    }
  }
  const personal = new Map<string, number>();
  for (const { keyId, count } of [
    ...(await personalSealedWith(services.platform)),
    ...(await factorsSealedWith(services.platform)),
  ]) {
    personal.set(keyId, (personal.get(keyId) ?? 0) + count);
  }
  const ids = [...new Set([...keyIds, ...guildSecrets.keys(), ...personal.keys()])];
  const keys = ids.map((id) => ({
    id,
    state: stateOf(id, services),
    guildSecrets: guildSecrets.get(id) ?? 0,
    personalSecrets: personal.get(id) ?? 0,
  }));
  const peopleBehind = keys
    .filter(({ state }) => state !== "seals")
    .reduce((sum, { personalSecrets }) => sum + personalSecrets, 0);
  return { keys, behind, peopleBehind, failed };
}

function stateOf(id: string, { envelopes }: NodeServices): KeyUse["state"] {
  if (id === envelopes.currentKeyId) return "seals";
  return envelopes.keyIds.includes(id) ? "opens" : "missing";
}

function describe({ keys, behind, failed }: Status): string {
  const rows = keys.map((key) => [
    key.id,
    key.state,
    String(key.guildSecrets),
    String(key.personalSecrets),
  ]);
  const isUnused = (key: KeyUse) => key.guildSecrets + key.personalSecrets === 0;
  // A guild that could not be checked may have secrets that only an old key opens.
  const isComplete = failed.length === 0;
  return [
    rows.length === 0
      ? "SECRETS_KEYS is not set, and nothing is sealed."
      : table(["key", "it", "guilds' secrets", "people's secrets"], rows),
    ...behind.map(({ slug, count }) => `${slug}: ${count} to be sealed again.`),
    ...failed.map(({ slug, error }) => `Not looked into: ${slug}: ${error}`),
    ...keys
      .filter(({ state }) => state === "missing")
      .map(({ id }) => `What ${id} sealed cannot be read: put that key into SECRETS_KEYS again.`),
    ...keys
      .filter((key) => isComplete && key.state === "opens" && isUnused(key))
      .map(({ id }) => `${id} is needed no more: take it out of SECRETS_KEYS.`),
    ...(keys.some((key) => key.state === "opens" && !isUnused(key))
      ? ["Try:   guildhall secrets rotate"]
      : []),
  ].join("\n");
}
