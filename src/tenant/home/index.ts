export { navFigures } from "./figures.ts";
export { homePages } from "./pages.tsx";
