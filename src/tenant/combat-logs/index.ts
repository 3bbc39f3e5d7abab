export { combatLogsPages } from "./pages.tsx";
export { combatLogsApi } from "./routes.ts";
