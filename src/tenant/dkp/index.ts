export { dkpPages } from "./pages.tsx";
export { poolsPages } from "./pool-pages.tsx";
export { poolsApi } from "./pool-routes.ts";
export { dkpApi } from "./routes.ts";
