export { searchPages } from "./pages.tsx";
export { searchApi } from "./routes.ts";
