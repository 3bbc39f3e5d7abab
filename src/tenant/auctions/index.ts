export { auctionsPages } from "./pages.tsx";
export { auctionsApi } from "./routes.ts";
