import { z } from "@hono/zod-openapi";
import { lineField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { listPlans } from "../plans/list.ts";
import type { Plan, PlatformStore } from "../store.ts";

/** Everything that operators may set while the platform runs: its type, its default, its group. */
export const SETTINGS = {
  signUpOpen: { category: "accounts", schema: z.boolean(), byDefault: true },
  announcement: {
    category: "pages",
    schema: lineField(limits.configuration.announcementCharsMax),
    byDefault: "",
  },
  firstPlan: { category: "plans", schema: z.string().min(1).max(40), byDefault: "free" },
} as const;

export type SettingKey = keyof typeof SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** The settings as they are now. */
export type Settings = { readonly [K in SettingKey]: z.output<(typeof SETTINGS)[K]["schema"]> };

/**
 * What operators set, read again when it is a few seconds old: a change is effective in every process
 * within that time, and no request waits for the database in between.
 */
export class AppConfig {
  readonly #settings: Fresh<Settings>;
  readonly #plans: Fresh<readonly Plan[]>;

  constructor(platform: PlatformStore) {
    this.#settings = new Fresh(() => readSettings(platform));
    this.#plans = new Fresh(() => listPlans(platform));
  }

  current(): Promise<Settings> {
    return this.#settings.current();
  }

  /** What each plan has room for, smallest first. For showing: writes look at the rows themselves. */
  plans(): Promise<readonly Plan[]> {
    return this.#plans.current();
  }

  /** Something was changed here: the next look is at the database. */
  forget(): void {
    this.#settings.forget();
    this.#plans.forget();
  }
}

/** Something read once for all who ask within a few seconds. */
class Fresh<T> {
  readonly #read: () => Promise<T>;
  #known: { readonly value: Promise<T>; readonly readAt: number } | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  async current(): Promise<T> {
    // The steady clock: a server whose time was corrected must not wait for it to come round again.
    const nowMs = performance.now();
    if (!this.#known || nowMs - this.#known.readAt >= limits.configuration.freshMs) {
      this.#known = { value: this.#read(), readAt: nowMs };
      this.#known.value.catch(() => this.forget());
    }
    return await this.#known.value;
  }

  forget(): void {
    this.#known = undefined;
  }
}

async function readSettings(platform: PlatformStore): Promise<Settings> {
  const rows = await platform.db.all<{ key: string; value: string }>(
    "SELECT key, value FROM app_config",
  );
  const stored = new Map(rows.map(({ key, value }) => [key, value]));
  return Object.fromEntries(
    SETTING_KEYS.map((key) => {
      const { schema, byDefault } = SETTINGS[key];
      const text = stored.get(key);
      // A value that an older or newer release wrote may not be one of ours.
      const parsed = schema.safeParse(text === undefined ? undefined : JSON.parse(text));
      return [key, parsed.success ? parsed.data : byDefault];
    }),
  ) as Settings;
}
