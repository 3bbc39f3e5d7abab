import { createRouter } from "../../http/router.ts";

export function plansApi() {
  return createRouter();
}
