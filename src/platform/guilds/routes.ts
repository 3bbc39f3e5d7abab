import { createRouter } from "../../http/router.ts";

export function guildsApi() {
  return createRouter();
}
