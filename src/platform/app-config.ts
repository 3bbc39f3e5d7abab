import { z } from "@hono/zod-openapi";
import { limits } from "../limits.ts";
import type { PlatformStore } from "./store.ts";

/** Everything that operators may set while the platform runs: its type, its default, its group. */
export const SETTINGS = {
  signUpOpen: { category: "accounts", schema: z.boolean(), byDefault: true },
  announcement: {
    category: "pages",
    schema: z.string().trim().max(limits.configuration.announcementCharsMax),
    byDefault: "",
  },
  firstPlan: { category: "plans", schema: z.string().min(1).max(40), byDefault: "free" },
} as const;

export type SettingKey = keyof typeof SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** The settings as they are now. */
export type Settings = { readonly [K in SettingKey]: z.output<(typeof SETTINGS)[K]["schema"]> };

/**
 * The settings, read again when they are a few seconds old: a change is effective in every process
 * within that time, and no request waits for the database in between.
 */
export class AppConfig {
  readonly #platform: PlatformStore;
  #known: { readonly settings: Promise<Settings>; readonly readAt: number } | undefined;

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  async current(): Promise<Settings> {
    // The steady clock: a server whose time was corrected must not wait for it to come round again.
    const nowMs = performance.now();
    if (!this.#known || nowMs - this.#known.readAt >= limits.configuration.freshMs) {
      this.#known = { settings: this.#read(), readAt: nowMs };
      this.#known.settings.catch(() => this.forget());
    }
    return await this.#known.settings;
  }

  /** Something was changed here: the next look is at the database. */
  forget(): void {
    this.#known = undefined;
  }

  async #read(): Promise<Settings> {
    const rows = await this.#platform.db.all<{ key: string; value: string }>(
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
}
