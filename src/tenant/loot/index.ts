export { councilsPages } from "./council-pages.tsx";
export { councilsApi } from "./council-routes.ts";
export { lootPages } from "./pages.tsx";
export { lootApi } from "./routes.ts";
