import { createRouter } from "../../http/router.ts";

export function authPages() {
  return createRouter();
}
