export { identityPages } from "./pages.tsx";
export { proofsPages } from "./proof-pages.tsx";
export { proofsApi } from "./proof-routes.ts";
export { provedCharacters } from "./proofs.ts";
export { identityApi } from "./routes.ts";
