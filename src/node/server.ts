import { createApp } from "../app.ts";
import { type Config, readConfig } from "../config.ts";
import { handlesReleased } from "../database/embedded-handles.ts";
import { isOurHost } from "../http/tenant.ts";
import { pause } from "../kernel/concurrency.ts";
import { errorMessage } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import { endPastGrants } from "../platform/plans/subscriptions.ts";
import { HttpServer } from "./http-server.ts";
import { LiveLogs } from "./logs/live-logs.ts";
import { OperatorDoor } from "./operator-door.ts";
import { OperatorServer } from "./operator-server.ts";
import { serverReadiness } from "./readiness.ts";
import { withSecretFiles } from "./secret-files.ts";
import { buildNodeServices, type NodeServices, type Replacements } from "./services.ts";
import { StartError } from "./start-error.ts";

/**
 * Starts the server and resolves when it answers. Used by `npm start`, the demo and tests.
 * @throws {StartError} saying what to set; system errors such as EADDRINUSE.
 */
export async function start(
  env: Readonly<Record<string, string | undefined>>,
  extras: Replacements = {},
) {
  const config = configFrom(env);
  const services = await buildNodeServices(config, extras);
  try {
    return await serve(services);
  } catch (error) {
    await services.close();
    throw error;
  }
}

async function serve(services: NodeServices) {
  const { config, background, log } = services;
  const sweep = await sweepRegularly(services);
  services.startJobs();
  const app = createApp(services);
  const liveLogs = new LiveLogs(services);
  let isClosing = false;
  const doors = await operatorDoors(services, liveLogs, () => isClosing);
  const server = new HttpServer(services, app, liveLogs, doors.product);
  const port = await server.listen(config.port, config.hostname);
  services.eventLoop.start();
  log.info("server.listening", { port, publicUrl: config.publicUrl.href });

  /**
   * Accepts no further requests, waits some seconds for running ones, closes every connection, then
   * every database. Streams and sockets end first: their clients reconnect to another process.
   */
  const stop = async () => {
    isClosing = true;
    server.stopListening();
    services.streams.close();
    services.tails.close();
    await Promise.all([within(limits.stop.socketsMs, liveLogs.close()), server.close()]);
    services.eventLoop.stop();
    // Closes last, because until then its probes report the shutdown.
    doors.own?.close();
    await sweep.stop();
    await services.close();
    // Waits until the last handle of each database has removed its log. A new file with the same name
    // could otherwise read it.
    await handlesReleased();
  };
  const operatorPort = doors.own?.port;
  return { port, operatorPort, services, app, stop, log, background };
}

/** Answers probes at the product's address, and scrapes there or at their own address if one is set. */
async function operatorDoors(services: NodeServices, liveLogs: LiveLogs, isClosing: () => boolean) {
  const { config, metrics } = services;
  const readiness = serverReadiness(services, isClosing);
  const isKnownHost = (host: string | undefined) => isOurAddress(host, config.publicUrl);
  if (metrics === undefined || config.metrics === undefined) {
    return { product: new OperatorDoor({ readiness, isKnownHost }), own: undefined };
  }
  const { scrapeOf } = await import("./metrics/scrape.ts");
  const scrape = scrapeOf(metrics, services, liveLogs);
  const { address, token } = config.metrics;
  if (address === undefined) {
    const product = new OperatorDoor({ readiness, scrape, token, isKnownHost });
    return { product, own: undefined };
  }
  const door = new OperatorDoor({ readiness, scrape, token, isKnownHost: () => true });
  const own = new OperatorServer(services, door);
  await own.listen(address);
  return { product: new OperatorDoor({ readiness, isKnownHost }), own };
}

/** Whether a Host header names this product or one of its guilds. */
function isOurAddress(host: string | undefined, publicUrl: URL): boolean {
  const url = `http://${host}`;
  return host !== undefined && URL.canParse(url) && isOurHost(new URL(url).hostname, publicUrl);
}

function configFrom(env: Readonly<Record<string, string | undefined>>): Config {
  try {
    return readConfig(withSecretFiles(env));
  } catch (error) {
    const message = errorMessage(error);
    const todo = "Set these environment variables right; guildhall doctor shows all of them.";
    throw new StartError("configuration/invalid", message, todo, { cause: error });
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = pause(ms);
  await Promise.race([work, late.over]);
  late.end();
}

/** Completes work that dead processes left: at once, and then regularly. */
async function sweepRegularly(services: NodeServices) {
  let reported = 0;
  let reportedFailures = "";
  const run = async () => {
    await endPastGrants(services);
    const { unclaimed, ...swept } = await services.provisioner.resume();
    const { failed, ...done } = swept;
    const failures = failed.map(({ id, error }) => `${id} ${error.message}`).join();
    const isNew = failures !== "" && failures !== reportedFailures;
    reportedFailures = failures;
    if (isNew || Object.values(done).flat().length > 0) {
      services.log.warn("provisioning.swept", swept);
    }
    // Logged once, not every few seconds, because an operator will not act at once.
    if (unclaimed.length > reported) services.log.warn("provisioning.unclaimed", { unclaimed });
    reported = unclaimed.length;
  };
  await run();
  return services.background.every("provisioning.sweep", limits.guild.sweepEveryMs, run);
}
