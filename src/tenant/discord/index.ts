export { discordPages, discordReturnPage } from "./pages.tsx";
export { interactionsApi } from "./routes.ts";
