export { personsPages } from "./pages.tsx";
export { personsApi } from "./routes.ts";
