export { dkpPages } from "./pages.tsx";
export { dkpApi } from "./routes.ts";
