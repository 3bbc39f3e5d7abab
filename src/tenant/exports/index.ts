export { exportsPages } from "./pages.tsx";
export { exportsApi } from "./routes.ts";
