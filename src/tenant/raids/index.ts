export { raidsPages } from "./pages.tsx";
export { raidsApi } from "./routes.ts";
