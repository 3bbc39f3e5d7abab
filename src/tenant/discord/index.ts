export { discordPages, discordReturnPage } from "./pages.tsx";
export { discordApi, interactionsApi } from "./routes.ts";
