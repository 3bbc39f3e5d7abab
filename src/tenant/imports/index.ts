export { importsPages } from "./pages.tsx";
export { importsApi } from "./routes.ts";
