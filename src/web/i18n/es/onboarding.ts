import type { onboarding as en } from "../en/onboarding.ts";
import type { Translated } from "../index.ts";

export const onboarding: Translated<typeof en> = {};
