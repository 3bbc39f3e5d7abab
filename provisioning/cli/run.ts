import { NOTHING_IS_SIGNED_HERE } from "../../src/kernel/audit-signature.ts";
import type { PlatformAccess } from "../../src/node/platform-database.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { EXIT, Output } from "./output.ts";

/** What every command is given: the services, and where to print. Returns the exit code. */
export type Run = (services: NodeServices, out: Output) => Promise<number>;

/** The environment, as far as commands need it. Without a secret they sign nothing. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return { GUILDHALL_SECRET: NOTHING_IS_SIGNED_HERE, ...process.env, LOG_LEVEL: "silent" };
}

/**
 * What a command would do, in one sentence, after everything that can be refused was asked for. What
 * only the database can refuse is refused when it is done.
 */
export type Would = (services: NodeServices) => Promise<string>;

/**
 * Everything that works on a platform, loaded only now: a command that merely explains itself, or is
 * mistyped, answers at once. Unless `access` says so, the platform is neither made nor migrated.
 */
export async function openServices(access: PlatformAccess = "use"): Promise<NodeServices> {
  const [{ readConfig }, { buildNodeServices }] = await Promise.all([
    import("../../src/config.ts"),
    import("../../src/node/services.ts"),
  ]);
  return await buildNodeServices(readConfig(environment()), { access });
}

/** Runs a command against the platform that the environment names. */
export async function run(
  options: { readonly json?: boolean; readonly quiet?: boolean; readonly dryRun?: boolean },
  work: Run,
  would?: Would,
  access?: PlatformAccess,
): Promise<void> {
  const out = new Output(options);
  let services: NodeServices | undefined;
  try {
    services = await openServices(access);
    if (options.dryRun && would) {
      const sentence = await would(services);
      out.result({ dryRun: true, would: sentence }, () => `It would ${sentence}.`);
      process.exitCode = EXIT.done;
    } else process.exitCode = await work(services, out);
  } catch (error) {
    process.exitCode = out.failure(error);
  } finally {
    await services?.close();
  }
}
