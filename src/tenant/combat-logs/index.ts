export { combatLogsApi } from "./routes.ts";
