import { createRouter } from "../http/router.ts";
import { accountCopyPages } from "./accounts/copy/pages.ts";
import { accountCopyApi } from "./accounts/copy/routes.ts";
import { factorsPages } from "./accounts/factors/pages.tsx";
import { factorsApi } from "./accounts/factors/routes.ts";
import { authPages } from "./accounts/pages.tsx";
import { identitiesPages } from "./accounts/providers/pages.tsx";
import { identitiesApi } from "./accounts/providers/routes.ts";
import { authApi } from "./accounts/routes.ts";
import { personalSecretsPages } from "./accounts/secrets/pages.tsx";
import { personalSecretsApi } from "./accounts/secrets/routes.ts";
import type { OperatorEnv } from "./console/access.ts";
import { accountsApi } from "./console/account-routes.ts";
import { configurationPages } from "./console/configuration-pages.tsx";
import { configurationApi } from "./console/configuration-routes.ts";
import { figuresApi } from "./console/figures-routes.ts";
import { endImpersonationPages, impersonationsPages } from "./console/impersonation-pages.tsx";
import { endImpersonationApi, impersonationsApi } from "./console/impersonation-routes.ts";
import { operationsApi } from "./console/operations-routes.ts";
import { outboxApi } from "./console/outbox-routes.ts";
import { operatorsPages } from "./console/pages.tsx";
import { planOperatorPages } from "./console/plan-pages.tsx";
import { planOperatorApi } from "./console/plan-routes.ts";
import { operatorsApi } from "./console/routes.ts";
import { usageOperatorApi } from "./console/usage-routes.ts";
import { guildsPages } from "./guilds/pages.tsx";
import { guildsApi } from "./guilds/routes.ts";
import { paymentNewsApi } from "./plans/guild-routes.ts";
import { plansApi } from "./plans/routes.ts";

// Mounted below a guild's address.
export { backupsPages } from "./backups/pages.tsx";
export { backupsApi } from "./backups/routes.ts";
export { domainAskApi } from "./domains/ask-routes.ts";
export { domainsPages } from "./domains/pages.tsx";
export { domainsApi } from "./domains/routes.ts";
export { keysPages } from "./keys/pages.tsx";
export { keysApi } from "./keys/routes.ts";
export { guildPlansApi } from "./plans/guild-routes.ts";
export { plansPages } from "./plans/pages.tsx";
export { usagePages } from "./usage/pages.tsx";
export { usageApi } from "./usage/routes.ts";

/** The platform's JSON API, below `/api`: one line per feature. */
export function platformApi() {
  return createRouter()
    .route("/", authApi)
    .route("/", accountCopyApi)
    .route("/", factorsApi)
    .route("/", identitiesApi)
    .route("/", personalSecretsApi)
    .route("/", guildsApi)
    .route("/", plansApi)
    .route("/", paymentNewsApi)
    .route("/", endImpersonationApi);
}

/** The platform's pages: one line per feature. */
export function platformPages() {
  return createRouter()
    .route("/", authPages())
    .route("/", accountCopyPages())
    .route("/", factorsPages())
    .route("/", identitiesPages())
    .route("/", personalSecretsPages())
    .route("/", guildsPages())
    .route("/", endImpersonationPages());
}

/** The operators' JSON API, below `/api/operator`: one line per feature. */
export function operatorApi() {
  return createRouter<OperatorEnv>()
    .route("/", operatorsApi)
    .route("/", figuresApi)
    .route("/", usageOperatorApi)
    .route("/", accountsApi)
    .route("/", operationsApi)
    .route("/", outboxApi)
    .route("/", impersonationsApi)
    .route("/", planOperatorApi)
    .route("/", configurationApi);
}

/** The operators' console, below `/operator`: one line per feature. */
export function operatorPages() {
  return createRouter<OperatorEnv>()
    .route("/", operatorsPages())
    .route("/", impersonationsPages())
    .route("/", planOperatorPages())
    .route("/", configurationPages());
}
