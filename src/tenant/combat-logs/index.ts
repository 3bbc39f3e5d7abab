export { bossesApi } from "./boss-routes.ts";
export { fightsApi } from "./fight-routes.ts";
export { combatLogsPages } from "./pages.tsx";
export { playersApi } from "./player-routes.ts";
export { combatLogsApi } from "./routes.ts";
