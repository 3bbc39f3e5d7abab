import { createRouter } from "../../http/router.ts";

export function guildsPages() {
  return createRouter();
}
