import type { settings as en } from "../en/settings.ts";
import type { Translated } from "../index.ts";

export const settings: Translated<typeof en> = {};
