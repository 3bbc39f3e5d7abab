import type { GuildEnv } from "../http/env.ts";
import { createRouter } from "../http/router.ts";
import { analyticsApi, analyticsPages } from "./analytics/index.ts";
import { auctionsApi, auctionsPages } from "./auctions/index.ts";
import { auditApi, auditPages } from "./audit/index.ts";
import {
  bossesApi,
  combatLogsApi,
  combatLogsPages,
  fightsApi,
  playersApi,
} from "./combat-logs/index.ts";
import { connectionsApi, connectionsPages } from "./connections/index.ts";
import { discordApi, discordPages } from "./discord/index.ts";
import { dkpApi, dkpPages, poolsApi, poolsPages } from "./dkp/index.ts";
import { exportsApi, exportsPages } from "./exports/index.ts";
import { homePages } from "./home/index.ts";
import {
  identityApi,
  identityPages,
  proofsApi,
  proofsPages,
  provedCharacters,
} from "./identity/index.ts";
import { importsApi, importsPages } from "./imports/index.ts";
import { liveApi } from "./live/index.ts";
import { councilsApi, councilsPages, lootApi, lootPages } from "./loot/index.ts";
import { onboardingApi, onboardingPages } from "./onboarding/index.ts";
import { claimsApi, claimsPages, personsApi, personsPages } from "./persons/index.ts";
import { raidsApi, raidsPages } from "./raids/index.ts";
import { rosterApi, rosterPages } from "./roster/index.ts";
import { searchApi, searchPages } from "./search/index.ts";

/** The guild's JSON API, below `/api/g/:guild`: one line per feature. */
export function tenantApi() {
  return createRouter<GuildEnv>()
    .route("/", rosterApi)
    .route("/", claimsApi)
    .route("/", personsApi)
    .route("/", identityApi)
    .route("/", discordApi)
    .route("/", proofsApi)
    .route("/", dkpApi)
    .route("/", poolsApi)
    .route("/", raidsApi)
    .route("/", councilsApi)
    .route("/", lootApi)
    .route("/", auctionsApi)
    .route("/", analyticsApi)
    .route("/", liveApi)
    .route("/", combatLogsApi)
    .route("/", bossesApi)
    .route("/", fightsApi)
    .route("/", playersApi)
    .route("/", importsApi)
    .route("/", exportsApi)
    .route("/", auditApi)
    .route("/", connectionsApi)
    .route("/", onboardingApi)
    .route("/", searchApi);
}

/** The guild's pages, below `/g/:guild`: one line per feature. */
export function tenantPages() {
  return createRouter<GuildEnv>()
    .route("/", homePages())
    .route("/", claimsPages())
    .route("/", rosterPages({ proved: provedCharacters }))
    .route("/", personsPages())
    .route("/", identityPages())
    .route("/", discordPages())
    .route("/", proofsPages())
    .route("/", dkpPages())
    .route("/", poolsPages())
    .route("/", raidsPages())
    .route("/", councilsPages())
    .route("/", lootPages())
    .route("/", auctionsPages())
    .route("/", analyticsPages())
    .route("/", combatLogsPages())
    .route("/", importsPages())
    .route("/", exportsPages())
    .route("/", auditPages())
    .route("/", connectionsPages())
    .route("/", onboardingPages())
    .route("/", searchPages());
}
