export { importsApi } from "./routes.ts";
