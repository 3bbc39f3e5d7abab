import { compare } from "bcryptjs";
import { sql } from "drizzle-orm";
import { asNumber, prepare } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { limits } from "../../limits.ts";
import type { PlatformContext } from "../context.ts";
import { users } from "../schema.ts";
import { isGuessedFirst } from "./password-patterns.ts";
import { canonicalPassword } from "./passwords.ts";

// Accounts that an import made have the bcrypt hash of the system they come from, until their first
// sign-in. Then the hash is replaced by one of ours.

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const COST_MIN = 4;

// The index `users_by_imported_password` finds it without reading the accounts.
const costliest = prepare(() =>
  build
    .select({
      cost: asNumber(sql`cast(coalesce(max(substr(${users.passwordHash}, 5, 2)), 0) as integer)`),
    })
    .from(users)
    .where(sql`${users.passwordHash} >= '$2' and ${users.passwordHash} < '$3'`),
);

/** A hash of another system that a sign-in may check. Null for a damaged or too costly one. */
export function importableHash(text: string): string | null {
  const cost = costOf(text);
  return cost === undefined || cost > limits.auth.importedCostMax ? null : text;
}

/** Whether an account still has the hash of the system it comes from. */
export function isImportedHash(hash: string | null | undefined): hash is string {
  return hash?.startsWith("$2") ?? false;
}

/**
 * Checks the password of an account with an imported hash. `hash` is undefined for every other account,
 * and for an address without one. While any imported hash is left, each failure costs the same work, so
 * that the response time does not reveal which addresses have such an account.
 */
export async function checkImported(
  { services }: Pick<PlatformContext, "services">,
  hash: string | undefined,
  password: string,
): Promise<boolean> {
  const found = await costliest.first(services.platform.db, {});
  const most = Math.min(Number(found?.cost ?? 0), limits.auth.importedCostMax);
  if (most < COST_MIN) return false;
  return await inTurn(() => comparedAt(most, hash, password));
}

async function comparedAt(most: number, hash: string | undefined, password: string) {
  const own = hash === undefined ? undefined : costOf(hash);
  if (hash !== undefined && own !== undefined && own <= most) {
    const isSame = await compare(canonicalPassword(password), hash);
    // A password that everyone knows, such as the first one of the other program, opens nothing.
    if (isSame && !isGuessedFirst(password, [])) return true;
  }
  if (own === undefined || own > most) await compare(password, decoyOf(most));
  // A hash of cost n takes 2^n rounds: these add up to the work of the costliest one.
  else for (let cost = own; cost < most; cost++) await compare(password, decoyOf(cost));
  return false;
}

/** A hash that no password has. */
function decoyOf(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${".".repeat(53)}`;
}

function costOf(hash: string): number | undefined {
  const cost = Number(BCRYPT.exec(hash)?.[1] ?? 0);
  return cost >= COST_MIN && cost <= 31 ? cost : undefined;
}

let last: Promise<unknown> = Promise.resolve();

/** One at a time: a check uses the thread that answers requests, in short portions. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work, work);
  last = next.catch(() => undefined);
  return await next;
}
