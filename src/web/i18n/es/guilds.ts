import type { guilds as en } from "../en/guilds.ts";
import type { Translated } from "../index.ts";

export const guilds: Translated<typeof en> = {};
