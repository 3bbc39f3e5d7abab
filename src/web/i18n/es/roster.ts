import type { roster as en } from "../en/roster.ts";
import type { Translated } from "../index.ts";

export const roster: Translated<typeof en> = {};
