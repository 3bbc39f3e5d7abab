import type { auth as en } from "../en/auth.ts";
import type { Translated } from "../index.ts";

export const auth: Translated<typeof en> = {};
