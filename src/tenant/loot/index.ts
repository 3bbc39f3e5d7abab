export { lootPages } from "./pages.tsx";
export { lootApi } from "./routes.ts";
