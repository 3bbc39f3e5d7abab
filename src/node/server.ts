import { serve } from "@hono/node-server";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { processBackground } from "../kernel/background.ts";
import { limits } from "../limits.ts";
import { endPastGrants } from "../platform/plans/subscriptions.ts";
import type { Mailer } from "../services.ts";
import { LiveLogs } from "./live-logs.ts";
import { buildNodeServices, type NodeServices } from "./services.ts";

/** Starts the server and resolves once it answers; used by `npm start`, the demo and tests. */
export async function start(
  env: Readonly<Record<string, string | undefined>>,
  extras: { readonly demoGuildSlug?: string; readonly mailer?: Mailer } = {},
) {
  const config = readConfig(env);
  const services = await buildNodeServices(config, extras);
  const stopSweeping = await sweepRegularly(services);
  services.startJobs();
  const app = createApp(services);
  const server = serve({ fetch: app.fetch, port: config.port, hostname: config.hostname });
  await new Promise<void>((resolve, reject) => {
    services.background.once(server, "listening", resolve);
    services.background.once(server, "error", reject);
  });
  const liveLogs = new LiveLogs(services);
  services.background.listen(server, "upgrade", liveLogs.upgrade);
  const { port } = server.address() as { port: number };
  services.log.info("server.listening", { port, publicUrl: config.publicUrl.href });

  /** Stops taking requests, lets those under way finish, then closes every database. */
  const stop = async () => {
    await liveLogs.close();
    // Streams end first: else the server would wait for those who watch.
    services.tails.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ("closeIdleConnections" in server) server.closeIdleConnections();
    });
    await stopSweeping();
    await services.close();
  };
  return { port, services, app, stop };
}

/** Ends the process in order on the first signal, at once on the second. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = async () => {
    if (stopping) process.exit(130);
    stopping = true;
    try {
      await stop();
      process.exit(0);
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM"]) processBackground.listen(process, signal, onSignal);
}

/** Finishes what dead processes left: now, and then regularly. Returns how to stop. */
async function sweepRegularly(services: NodeServices): Promise<() => Promise<void>> {
  let told = 0;
  const run = async () => {
    await endPastGrants(services);
    const { unclaimed, ...swept } = await services.provisioner.resume();
    if (Object.values(swept).flat().length > 0) services.log.warn("provisioning.swept", swept);
    // Told once, not every few seconds: an operator has to look, and will not at once.
    if (unclaimed.length > told) services.log.warn("provisioning.unclaimed", { unclaimed });
    told = unclaimed.length;
  };
  await run();
  const { sweepEveryMs } = limits.guild;
  const timer = services.background.every("provisioning.sweep", sweepEveryMs, run);
  return () => timer.stop();
}
