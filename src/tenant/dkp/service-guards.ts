import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict, Invalid } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Pool } from "./pools.ts";

export function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason !== "" && reason.length <= limits.dkp.reasonCharsMax) return reason;
  const most = limits.dkp.reasonCharsMax;
  throw invalid("dkp/bad-reason", "/reason", `Enter a reason of up to ${most} characters.`);
}

export function invalid(code: `dkp/${string}`, pointer: string, detail: string): Invalid {
  return new Invalid(code, detail, { errors: [{ pointer, detail }] });
}

export function poolIsOpen(pool: Pool): Guard {
  return guard(
    sql`exists (select 1 from pools where id = ${pool.id} and archived_at is null)`,
    () => new Conflict("dkp/pool-archived", "This pool is archived. Choose another one."),
  );
}

/**
 * Example people stay in the example pool and real people outside of it, so that removing the example is
 * clean.
 */
export function peopleAreHere(pool: Pool, ids: readonly PersonId[]): Guard {
  const unique = [...new Set(ids)];
  return guard(
    sql`(select count(*) from persons where status = 'active' and is_example = ${pool.isExample}
      and id in (select value from json_each(${JSON.stringify(unique)}))) = ${unique.length}`,
    () => invalid("dkp/bad-people", "/personIds", "Choose active people from the roster."),
  );
}
