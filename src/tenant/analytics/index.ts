export { analyticsPages } from "./pages.tsx";
export { analyticsApi } from "./routes.ts";
