import { platformLooks } from "../provisioning/readiness.ts";
import { type App, createApp } from "./app.ts";
import { aliveAnswer, type ProbeAnswer, probeOf, readyAnswer } from "./http/health.ts";
import { delay } from "./kernel/concurrency.ts";
import { Readiness } from "./kernel/readiness.ts";
import { limits } from "./limits.ts";
import { PLATFORM_UPKEEP } from "./node/upkeep-jobs.ts";
import { OF_THE_PLATFORM } from "./platform/jobs/kinds.ts";
import { endPastGrants } from "./platform/plans/subscriptions.ts";
import { type Execution, type Instance, startInstance } from "./worker/services.ts";

// Kept after it is complete. The first two requests may both build it, because one request must not
// wait for work that another began.
let cached: { readonly instance: Instance; readonly app: App } | undefined;

async function prepared(env: unknown) {
  if (cached === undefined) {
    const instance = await startInstance(env);
    cached = { instance, app: createApp(instance) };
  }
  return cached;
}

function cannotStart(): Response {
  const detail = "This instance cannot start. See its log.";
  const problem = { type: "about:blank", title: "Not available right now", status: 503, detail };
  const headers = { "content-type": "application/problem+json", "retry-after": "10" };
  return new Response(JSON.stringify(problem), { status: 503, headers });
}

/** Answers probes. A Worker has no disk and no shutdown to check. */
async function probed(request: Request, env: unknown, execution: Execution) {
  const probe = probeOf(request.method, new URL(request.url).pathname);
  if (probe === undefined) return undefined;
  const answer = probe === "alive" ? aliveAnswer() : await readyNow(env, execution);
  const { status, headers, text } = answer;
  return new Response(request.method === "HEAD" ? null : text, { status, headers });
}

async function readyNow(env: unknown, execution: Execution): Promise<ProbeAnswer> {
  try {
    const { instance } = await prepared(env);
    const { platform, host } = await instance.servicesFor(execution);
    const looks = platformLooks(platform, host);
    return readyAnswer(await new Readiness(looks).checks());
  } catch (error) {
    console.error(error);
    return readyAnswer([{ name: "platform", ok: false, detail: "does not answer" }]);
  }
}

/** The entrypoint on Cloudflare Workers: the same app, with databases that are reached over HTTP. */
export default {
  async fetch(request: Request, env: unknown, execution: Execution): Promise<Response> {
    const probe = await probed(request, env, execution);
    if (probe) return probe;
    let services: Awaited<ReturnType<Instance["servicesFor"]>>;
    let app: App;
    try {
      const { instance, app: whole } = await prepared(env);
      app = whole;
      services = await instance.servicesFor(execution);
    } catch (error) {
      console.error(error);
      return cannotStart();
    }
    const address = request.headers.get("cf-connecting-ip") ?? "";
    const answer = await app.fetch(request, { services, address }, execution as never);
    services.background.detach("keys.usage", services.keyUsage.flush());
    services.background.detach("usage.flush", services.apiUsage.flush());
    services.background.detach("keys.networks", services.keyNetworks.flush());
    services.background.detach("audit.seal", services.auditSealer.flush());
    services.background.detach("backups.changes", services.changes.flush());
    return answer;
  },

  /** Runs every minute. Completes interrupted work, then does the jobs that are due within the minute. */
  async scheduled(_event: unknown, env: unknown, execution: Execution): Promise<void> {
    const { instance } = await prepared(env);
    const services = await instance.servicesFor(execution);
    const { provisioner, jobs, jobRunner, auditSealer, changes, log } = services;
    await endPastGrants(services);
    const { unclaimed: _looked, ...swept } = await provisioner.resume();
    if (Object.values(swept).flat().length > 0) log.warn("provisioning.swept", swept);
    await jobs.enqueue(
      OF_THE_PLATFORM,
      PLATFORM_UPKEEP,
      "",
      services.now().getTime() + limits.retention.everyMs,
    );
    const { jobsForMs, jobPollMs } = limits.worker;
    for (let passed = 0; passed < jobsForMs; passed += jobPollMs) {
      await jobRunner.drain();
      await auditSealer.flush();
      await changes.flush();
      await delay(jobPollMs);
    }
  },
};
