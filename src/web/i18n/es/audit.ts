import type { audit as en } from "../en/audit.ts";
import type { Translated } from "../index.ts";

export const audit: Translated<typeof en> = {};
