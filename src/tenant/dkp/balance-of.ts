import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { asNumber } from "../../database/query.ts";
import { accounts, balances, type Unit } from "./schema.ts";

/** A person's balance in a pool, as an expression. 0 without an account. */
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
