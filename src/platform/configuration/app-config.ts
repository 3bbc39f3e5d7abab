import { z } from "@hono/zod-openapi";
import { columnsOf, prepare } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { lineField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { listPlans } from "../plans/list.ts";
import { FIRST_PLAN } from "../plans/plans.ts";
import type { Plan, PlatformStore } from "../store.ts";
import { appConfig } from "./schema.ts";

/** All settings that operators may change while the platform runs: schema, default and group. */
export const SETTINGS = {
  signUpOpen: { category: "accounts", schema: z.boolean(), byDefault: true },
  announcement: {
    category: "pages",
    schema: lineField(limits.configuration.announcementCharsMax),
    byDefault: "",
  },
  firstPlan: { category: "plans", schema: z.string().min(1).max(40), byDefault: FIRST_PLAN },
} as const;

export type SettingKey = keyof typeof SETTINGS;
const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** The current settings. */
export type Settings = { readonly [K in SettingKey]: z.output<(typeof SETTINGS)[K]["schema"]> };

/**
 * The operators' settings, which are read again when they are a few seconds old. A change takes effect
 * in every process within that time. Requests between two reads do not wait for the database.
 */
export class AppConfig {
  readonly #settings: CachedValue<Settings>;
  readonly #plans: CachedValue<readonly Plan[]>;

  constructor(platform: PlatformStore) {
    this.#settings = new CachedValue(() => readSettings(platform));
    this.#plans = new CachedValue(() => listPlans(platform));
  }

  current(): Promise<Settings> {
    return this.#settings.current();
  }

  /** The limits of each plan, smallest first. For display only: writes check the rows themselves. */
  plans(): Promise<readonly Plan[]> {
    return this.#plans.current();
  }

  /** Drops the cached values after a change in this process. */
  forget(): void {
    this.#settings.forget();
    this.#plans.forget();
  }
}

/** Caches one value for all callers within a few seconds. */
class CachedValue<T> {
  readonly #read: () => Promise<T>;
  #known: { readonly value: Promise<T>; readonly readAt: number } | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  async current(): Promise<T> {
    // Uses the monotonic clock, because a corrected wall clock must not delay the next read.
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

const storedSettings = prepare(() =>
  build.select(columnsOf(appConfig, "key", "value")).from(appConfig),
);

async function readSettings(platform: PlatformStore): Promise<Settings> {
  const rows = await storedSettings.all(platform.db);
  const stored = new Map(rows.map(({ key, value }) => [key, value]));
  return Object.fromEntries(
    SETTING_KEYS.map((key) => {
      const { schema, byDefault } = SETTINGS[key];
      // Another release may have written a value that is not valid here.
      const parsed = schema.safeParse(stored.get(key));
      return [key, parsed.success ? parsed.data : byDefault];
    }),
  ) as Settings;
}
