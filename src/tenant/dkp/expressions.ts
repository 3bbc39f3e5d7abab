import { and, isNull, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { asNumber, existsIn } from "../../database/query.ts";
import { accounts, balances, pools, type Unit } from "./schema.ts";

// What the guards and queries of other features need to know about points.

/** A person's balance in a pool. 0 without an account. */
export function balanceOf(
  poolId: SQLWrapper | string,
  personId: SQLWrapper | string,
  unit: SQLWrapper | Unit,
): SQL<number> {
  return asNumber(sql`coalesce((select ${balances.balance} from ${balances}
    join ${accounts} on ${accounts.id} = ${balances.accountId}
    where ${accounts.poolId} = ${poolId} and ${accounts.personId} = ${personId}
      and ${accounts.kind} = 'person' and ${balances.unit} = ${unit}), 0)`);
}

/** A condition: the pool exists and is not archived. */
export function isPoolInUse(poolId: string): SQL {
  return existsIn(pools, and(sql`${pools.id} = ${poolId}`, isNull(pools.archivedAt)));
}
