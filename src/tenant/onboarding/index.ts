export { onboardingPages } from "./pages.tsx";
export { onboardingApi } from "./routes.ts";
