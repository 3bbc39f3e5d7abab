export { identityPages } from "./pages.tsx";
export { identityApi } from "./routes.ts";
