export { bossesApi } from "./boss-routes.ts";
export { fightsApi } from "./fight-routes.ts";
export { combatLogsPages } from "./pages.tsx";
export { combatLogsApi } from "./routes.ts";
