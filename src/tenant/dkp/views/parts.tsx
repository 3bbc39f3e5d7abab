import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { GuildEnv } from "../../../http/env.ts";
import { invalidFrom } from "../../../http/router.ts";
import type { View } from "../../../http/view.ts";
import { Points } from "../../../web/components.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { withParams } from "../../../web/tables.tsx";
import type { Pool } from "../pools.ts";

/** Parses a page's query with a schema. Empty fields of a filter form are ignored. */
export function queryOf<T extends z.ZodType>(c: Context<GuildEnv>, schema: T): z.infer<T> {
  const sent = Object.entries(c.req.query()).filter(([, value]) => value.trim() !== "");
  const parsed = schema.safeParse(Object.fromEntries(sent));
  if (!parsed.success) throw invalidFrom(parsed.error, "query");
  return parsed.data;
}

/** `cursor` of a page's list. */
export const pageCursor = z.object({ cursor: z.string().max(500).optional() });

/** Switches between the guild's pools; empty when there is only one. */
export function PoolTabs(props: { view: View; pools: readonly Pool[]; current: Pool }) {
  const { view, pools, current } = props;
  const t = view.messages.dkp;
  if (pools.length < 2) return null;
  return (
    <nav class="row" aria-label={t.pools}>
      {pools.map((pool) => (
        <a
          class={`button ${pool.id === current.id ? "secondary" : "quiet"}`}
          href={withParams(view.url, { pool: pool.id, cursor: undefined, sort: undefined })}
          aria-current={pool.id === current.id ? "page" : undefined}
        >
          {poolName(view, pool)}
        </a>
      ))}
    </nav>
  );
}

/** A pool's name. The example's name is ours, so it is translated. */
export function poolName(view: View, pool: Pool): string {
  return pool.isExample ? view.messages.dkp.examplePool : pool.name;
}

/** Minor units in the number format of the page's reader. */
export function Amount(props: { view: View; amount: number; pool: Decimals; signed?: boolean }) {
  const { view, amount, pool, signed = false } = props;
  return <Points amount={amount} decimals={pool.decimals} locale={view.locale} signed={signed} />;
}

type Decimals = Pick<Pool, "decimals">;

/** The name of a class, for any spelling in the roster. */
export function classLabel(view: View, id: string): string {
  const names: Readonly<Record<string, string>> = view.messages.dkp.classes;
  return Object.hasOwn(names, id) ? names[id]! : id;
}

/** The name of a raid role. */
export function roleLabel(view: View, id: string): string {
  const names: Readonly<Record<string, string>> = view.messages.dkp.raidRoles;
  return Object.hasOwn(names, id) ? names[id]! : id;
}

/** The author of an entry: a person of the roster, a job, or a member without a person. */
export function authorOf(view: View, entry: { actorType: string; actorName: string | null }) {
  const t = view.messages.dkp;
  if (entry.actorType === "system") return t.system;
  return entry.actorName ?? t.someone;
}

/** A person's name, as a link to their statement. */
export function PersonLink(props: {
  view: View;
  id: string;
  name: string;
  pool: Pool | undefined;
}) {
  const { view, id, name, pool } = props;
  const query = pool === undefined || pool.isDefault ? "" : `?pool=${pool.id}`;
  return <a href={guildHref(view, `/standings/${id}${query}`)}>{name}</a>;
}
