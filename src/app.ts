import { bodyLimit } from "hono/body-limit";
import { requestId } from "hono/request-id";
import { readableBodies } from "./http/bodies.ts";
import { simpleBody } from "./http/body-shape.ts";
import type { AppEnv, GuildEnv } from "./http/env.ts";
import { noSharedCache, securityHeaders } from "./http/headers.ts";
import { logLine } from "./http/log.ts";
import { measure } from "./http/measure.ts";
import { openApiDocument } from "./http/openapi.ts";
import { knownHost, sameOrigin } from "./http/origin.ts";
import { ownDomain, ownDomainSurface } from "./http/own-domain.ts";
import { preferences } from "./http/preferences.ts";
import { notFound, onError, type ProblemPage } from "./http/problem.ts";
import { limitAddress, limitCaller, rateHeaders } from "./http/rate-limits.ts";
import { createRouter } from "./http/router.ts";
import { session } from "./http/session.ts";
import { guildPath, inGuild } from "./http/tenant.ts";
import { noTrailingSlash } from "./http/trailing-slash.ts";
import { countUsage } from "./http/usage.ts";
import { NotSupported } from "./kernel/errors.ts";
import { limits } from "./limits.ts";
import { type OperatorEnv, operatorsOnly } from "./platform/console/access.ts";
import { guildFileSchema } from "./platform/declared/guild-file.ts";
import { guildPages } from "./platform/guilds/guild-pages.tsx";
import { guildApi } from "./platform/guilds/guild-routes.ts";
import { progressPage } from "./platform/guilds/pages.tsx";
import { progressOf } from "./platform/guilds/service.ts";
import {
  backupsApi,
  backupsPages,
  domainAskApi,
  domainsApi,
  domainsPages,
  guildPlansApi,
  keysApi,
  keysPages,
  operatorApi,
  operatorPages,
  plansPages,
  platformApi,
  platformPages,
  usageApi,
  usagePages,
} from "./platform/index.ts";
import type { Services } from "./services.ts";
import { recordOperatorVisit } from "./tenant/audit/operator-visits.ts";
import { discordReturnPage, interactionsApi } from "./tenant/discord/index.ts";
import { navFigures } from "./tenant/home/index.ts";
import { tenantApi, tenantPages } from "./tenant/index.ts";
import { followTimeZone } from "./tenant/time-zone-change.ts";
import { assets } from "./web/assets/index.ts";
import { problemPages } from "./web/problem-pages.tsx";
import { problemPage } from "./web/problems.tsx";
import { publicPages } from "./web/public.tsx";

export type App = ReturnType<typeof createApp>;

/**
 * The whole HTTP surface. Middleware is listed in the order in which a request passes it. In a runtime
 * where nothing outlives a request, each request brings its own services, and only the configuration is
 * shared.
 */
export function createApp(services: Services | Pick<Services, "config" | "payments">) {
  const { publicUrl } = services.config;
  const app = createRouter<AppEnv>({ getPath: guildPath(publicUrl) });
  app.onError(onError(pageFor));
  app.notFound(notFound);
  app.use(
    requestId({ limitLength: 64 }),
    async function provide(c, next) {
      c.set("services", c.env?.services ?? (services as Services));
      await next();
    },
    ownDomain(publicUrl, app.fetch),
  );
  if ("meter" in services) app.use(measure(services.meter, services.tracer));
  app.route("/assets", assets());
  app.use(
    async function settings(c, next) {
      c.set("settings", await c.var.services.appConfig.current());
      await next();
    },
    securityHeaders(publicUrl, services.payments?.origins),
    noSharedCache,
    logLine,
    countUsage,
  );
  app.route("/", domainAskApi);
  app.use(
    knownHost,
    ownDomainSurface,
    rateHeaders,
    limitAddress,
    preferences,
    noUpgrade,
    session,
    limitCaller,
    sameOrigin,
    smallBodies,
    readableBodies,
    simpleBodies,
    noTrailingSlash,
  );
  app.route(
    "/api/g/:guild",
    guildSurface(guildApi, keysApi, usageApi, backupsApi, guildPlansApi, domainsApi, tenantApi()),
  );
  app.route("/api/operator", operatorSurface(operatorApi()));
  app.route("/operator", operatorSurface(operatorPages()));
  app.route("/api", platformApi());
  app.route(
    "/g/:guild",
    guildSurface(
      guildPages(),
      keysPages(),
      usagePages(),
      backupsPages(),
      plansPages(),
      domainsPages(),
      tenantPages(),
    ),
  );
  app.route("/problems", problemPages());
  app.route(
    "/",
    publicPages(() => openApiDocument(app, publicUrl), guildFileSchema),
  );
  app.route("/", platformPages());
  app.route("/", discordReturnPage());
  app.route("/", interactionsApi);
  return app;
}

/** Refuses WebSocket upgrades. Runtimes that accept upgrades take them before they reach the app. */
const noUpgrade: typeof smallBody = async (c, next) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return await next();
  throw new NotSupported(
    "request/no-websocket",
    "This server does not support WebSocket. Upload the log after the raid, or run Guildhall on Node.",
  );
};

/** Limits every body to `bodyBytesMax`. Combat logs and addons' exports have limits of their own. */
const smallBody = bodyLimit({ maxSize: limits.http.bodyBytesMax });
const logBody = bodyLimit({ maxSize: limits.logs.chunkBytesMax });
const LOG_CONTENT = /^\/(api\/g\/[^/]+\/logs\/[^/]+\/content|g\/[^/]+\/logs)$/;
const exportBody = bodyLimit({ maxSize: limits.identity.uploadBytesMax });
const ADDON_EXPORT = /^\/api\/g\/[^/]+\/guild-sync\/addon-upload$/;
/** The parts of a form around its file. */
const MULTIPART_BYTES = 64 * 1024;
const importBody = bodyLimit({ maxSize: limits.imports.uploadBytesMax + MULTIPART_BYTES });
const IMPORT_FILE = /^\/(api\/)?g\/[^/]+\/imports$/;
const interactionBody = bodyLimit({ maxSize: limits.discord.interactionBytesMax });
const smallBodies: typeof smallBody = (c, next) => {
  if (c.req.path === "/discord/interactions") return interactionBody(c, next);
  if (IMPORT_FILE.test(c.req.path)) return importBody(c, next);
  if (LOG_CONTENT.test(c.req.path)) return logBody(c, next);
  return ADDON_EXPORT.test(c.req.path) ? exportBody(c, next) : smallBody(c, next);
};

/** The body of these requests is the bytes of a file. It is never parsed, whatever its content type says. */
const LOG_BYTES = /^\/api\/g\/[^/]+\/logs\/[^/]+\/content$/;
/** These take a file as the body, or as a part of a form. Only the form is parsed as one. */
const IMPORT_BYTES = /^\/api\/g\/[^/]+\/imports$/;
const simpleBodies: typeof smallBody = (c, next) => {
  const isForm = c.req.header("content-type")?.startsWith("multipart/form-data") ?? false;
  const isBytes = LOG_BYTES.test(c.req.path) || (IMPORT_BYTES.test(c.req.path) && !isForm);
  return isBytes ? next() : simpleBody(c, next);
};

/** Shows the progress page for a guild that is being founded. All other problems share one page. */
const pageFor: ProblemPage = async (c, problem) => {
  const code = problem.type.replace("/problems/", "");
  if (code === "guild/provisioning" || code === "guild/provisioning-failed") {
    const progress = await progressOf(c.var.platform, String(problem["guildId"]));
    if (progress) return c.html(progressPage(c, progress), 503);
  }
  return await problemPage(c, problem);
};

/**
 * Everything below one guild's address. It finds and leases the guild first, then runs the features in
 * order.
 */
function guildSurface(...features: ReturnType<typeof createRouter<GuildEnv>>[]) {
  const surface = createRouter<GuildEnv>();
  surface.use(inGuild, recordOperatorVisit, followTimeZone, navFigures);
  for (const feature of features) surface.route("/", feature);
  return surface;
}

/** The operators' console. Callers who are not operators get 404 below its address. */
function operatorSurface(features: ReturnType<typeof createRouter<OperatorEnv>>) {
  const surface = createRouter<OperatorEnv>();
  surface.use(operatorsOnly);
  return surface.route("/", features);
}
