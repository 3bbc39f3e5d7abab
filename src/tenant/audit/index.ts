export { auditPages } from "./pages.tsx";
export { auditApi } from "./routes.ts";
