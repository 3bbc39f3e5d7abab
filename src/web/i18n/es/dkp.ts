import type { dkp as en } from "../en/dkp.ts";
import type { Translated } from "../index.ts";

export const dkp: Translated<typeof en> = {};
