import { asc, eq, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { apiKeyNetworks, apiKeys, guilds } from "../schema.ts";
import { anomaly, type NoticeServices, noticeOf } from "./notices.ts";

const KEY = prepare(
  ({ id, network }: Values<{ readonly id: string; readonly network: string }>) => {
    const of = (what: ReturnType<typeof sql>) =>
      asNumber(sql`(select ${what} from ${apiKeyNetworks} as n where n.key_id = ${apiKeys.id})`);
    return build
      .select({
        ...columnsOf(apiKeys, "id", "name", "guildId", "createdBy"),
        guildName: guilds.name,
        slug: guilds.slug,
        known: of(sql`count(*)`),
        hasThis: of(sql`coalesce(sum(n.network = ${network}), 0)`),
        newestAt: of(sql`coalesce(max(n.first_seen_at), 0)`),
      })
      .from(apiKeys)
      .innerJoin(guilds, eq(guilds.id, apiKeys.guildId))
      .where(eq(apiKeys.id, id))
      .orderBy(asc(apiKeys.id));
  },
);

/**
 * Notices when a key is used from a network for the first time, and tells its maker, because it may be
 * stolen. A request only looks into memory. New networks are stored together, a little later.
 */
export class KeyNetworks {
  readonly #services: NoticeServices;
  /** Networks that this process has stored, or found stored. */
  readonly #known = new LRUCache<string, true>({ max: limits.keys.networksRemembered });
  #fresh = new Map<string, { readonly keyId: string; readonly network: string }>();

  constructor(services: NoticeServices) {
    this.#services = services;
  }

  /** `network` is empty where the runtime does not know the address. */
  seen(keyId: string, network: string): void {
    const name = `${keyId} ${network}`;
    if (network === "" || this.#known.has(name)) return;
    if (this.#fresh.size < limits.usage.rowsMax) this.#fresh.set(name, { keyId, network });
  }

  async flush(): Promise<void> {
    const fresh = [...this.#fresh];
    this.#fresh = new Map();
    for (const [name, { keyId, network }] of fresh) {
      await this.#store(keyId, network);
      this.#known.set(name, true);
    }
  }

  async #store(id: string, network: string): Promise<void> {
    const { platform } = this.#services;
    const key = await KEY.first(platform.db, { id, network });
    if (key === undefined || key.hasThis > 0 || key.known >= limits.keys.networksMax) return;
    const nowMs = platform.now().getTime();
    // The first network is that of the maker's program. A program that moves a lot is told of once a day.
    const isTold = key.known > 0 && nowMs - key.newestAt >= DAY_MS;
    const isNew = sql`not exists (select 1 from ${apiKeyNetworks}
      where ${apiKeyNetworks.keyId} = ${id} and ${apiKeyNetworks.network} = ${network})`;
    const stored = new Conflict("job/lost", "Another process has stored it.");
    try {
      await write(platform.db, [
        guard(isNew, () => stored),
        insertInto(apiKeyNetworks, { keyId: id, network, firstSeenAt: nowMs }),
        ...(isTold ? await noticeOf(this.#services, "key-network", key, { network }) : []),
        ...(isTold ? [anomaly(this.#services, "key.new-network", key, { network })] : []),
      ]);
    } catch (error) {
      if (error !== stored) throw error;
    }
  }
}
