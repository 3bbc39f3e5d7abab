import { type SQL, sql } from "drizzle-orm";
import type { Database, ResultRows, SqlValue, Statement } from "./client.ts";
import { DatabaseError } from "./errors.ts";
import { dialect } from "./statements.ts";

/** A query builder, an `sql` template or plain text with arguments. */
export type Writable = Statement | SQL | { toSQL(): { sql: string; params: unknown[] } };

/** A condition that must hold inside the transaction, and the error when it does not. */
export interface Guard {
  readonly condition: SQL;
  readonly otherwise: () => Error;
}

/** Refuses the whole `write` with `otherwise()` unless `condition` is true when it runs. */
export function guard(condition: SQL, otherwise: () => Error): Guard {
  return { condition, otherwise };
}

/**
 * The only way to change a database on a request path: all statements in one transaction and one round
 * trip, all or none. Guards run at their position among the statements, so no other writer can come between
 * a check and what depends on it.
 *
 * @throws the guard's own error, or `DatabaseError`.
 */
export async function write(
  db: Database,
  statements: readonly (Writable | Guard)[],
): Promise<readonly ResultRows[]> {
  try {
    return await db.client.batch(statements.map(toStatement), "write");
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === "check") {
      const failed = statements[error.statementIndex ?? -1];
      if (failed !== undefined && isGuard(failed)) throw failed.otherwise();
    }
    throw error;
  }
}

/** The text and arguments of a statement or guard. */
export function toStatement(writable: Writable | Guard): Statement {
  if (isGuard(writable)) {
    // `_guard.holds` has CHECK (holds = 1): a false condition aborts the batch, a true one adds no row.
    return toStatement(
      sql`insert into _guard (holds) select 0 where not coalesce((${writable.condition}), 0)`,
    );
  }
  if ("args" in writable) return writable;
  const { sql: text, params } =
    "toSQL" in writable ? writable.toSQL() : dialect.sqlToQuery(writable);
  return { sql: text, args: params as SqlValue[] };
}

function isGuard(writable: Writable | Guard): writable is Guard {
  return "condition" in writable;
}
