import { readConfig } from "../../src/config.ts";
import { buildNodeServices, type NodeServices } from "../../src/node/services.ts";
import { Output } from "./output.ts";

/** What every command is given: the services, and where to print. Returns the exit code. */
export type Run = (services: NodeServices, out: Output) => Promise<number>;

// Commands sign no tokens, so they need no secret; the configuration wants one all the same.
const NOTHING_IS_SIGNED_HERE = "the command line signs nothing at all";

/** The environment, as far as commands need it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return { GUILDHALL_SECRET: NOTHING_IS_SIGNED_HERE, ...process.env, LOG_LEVEL: "silent" };
}

/** Runs a command against the platform that the environment names. */
export async function run(options: { readonly json?: boolean }, work: Run): Promise<void> {
  const out = new Output(options.json === true);
  let services: NodeServices | undefined;
  try {
    services = await buildNodeServices(readConfig(environment()));
    process.exitCode = await work(services, out);
  } catch (error) {
    process.exitCode = out.failure(error);
  } finally {
    await services?.close();
  }
}
