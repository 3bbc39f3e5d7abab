import { createRouter } from "../../http/router.ts";

export function authApi() {
  return createRouter();
}
