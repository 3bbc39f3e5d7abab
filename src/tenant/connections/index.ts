export { connectionsPages } from "./pages.tsx";
export { connectionsApi } from "./routes.ts";
