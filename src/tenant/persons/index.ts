export { claimsPages } from "./claim-pages.tsx";
export { claimsApi } from "./claim-routes.ts";
export { personsPages } from "./pages.tsx";
export { personsApi } from "./routes.ts";
