export { rosterPages } from "./pages.tsx";
export { rosterApi } from "./routes.ts";
