import { NOTHING_IS_SIGNED_HERE } from "../../src/kernel/audit-signature.ts";
import type { PlatformAccess } from "../../src/node/platform-database.ts";
import { withSecretFiles } from "../../src/node/secret-files.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { EXIT, Output } from "./output.ts";

/** The action of a command: takes the services and the output, returns the exit code. */
export type Run = (services: NodeServices, out: Output) => Promise<number>;

/** The environment for commands. Without a secret they sign nothing. @throws {Error} for a faulty `…_FILE` */
export function environment(): Readonly<Record<string, string | undefined>> {
  const given = withSecretFiles(process.env);
  return { GUILDHALL_SECRET: NOTHING_IS_SIGNED_HERE, ...given, LOG_LEVEL: "silent" };
}

/**
 * Describes in one sentence what a command would do, after all checks that need no write. Checks inside the
 * write run only when the command does.
 */
export type DryRun = (services: NodeServices) => Promise<string>;

/**
 * Loads everything that works on a platform only now, so that help and mistyped commands answer at once.
 * Unless `access` says otherwise, the platform is neither created nor migrated.
 */
export async function openServices(access: PlatformAccess = "use"): Promise<NodeServices> {
  const [{ readConfig }, { buildNodeServices }] = await Promise.all([
    import("../../src/config.ts"),
    import("../../src/node/services.ts"),
  ]);
  return await buildNodeServices(readConfig(environment()), { access });
}

/** Runs a command on the platform that the environment names. */
export async function run(
  options: { readonly json?: boolean; readonly quiet?: boolean; readonly dryRun?: boolean },
  work: Run,
  would?: DryRun,
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
    await closeServices(services);
  }
}

/** Closes the services. The last close of a database removes its log, which no restored file may meet. */
export async function closeServices(services: NodeServices | undefined): Promise<void> {
  if (services === undefined) return;
  await services.close();
  const { handlesReleased } = await import("../../src/database/embedded-handles.ts");
  await handlesReleased();
}
