export { liveApi } from "./routes.ts";
