import { createHash } from "node:crypto";
import type { UserId } from "../../../src/kernel/ids.ts";
import { legacyText, legacyWhole } from "../../../src/kernel/legacy-values.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import {
  accountWith,
  isImportUnused,
  makeImportedAccount,
  removeImportedAccount,
} from "../../../src/platform/accounts/imported-accounts.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import {
  type ImportedAccount,
  importedAccounts,
  linkAccount,
  unlinkAccount,
} from "../../../src/tenant/imports/accounts.ts";
import type { LegacyDocument } from "../../../src/tenant/imports/legacy/index.ts";
import type { Batch } from "../../../src/tenant/imports/service.ts";
import { atThisMachine } from "../operators.ts";
import type { LegacySource } from "./source.ts";

/** A member who is invited instead of getting an account. */
interface Invited {
  readonly legacyUserId: number;
  readonly person: string;
  readonly role: string;
  readonly why: string;
}

export interface AccountResult {
  /** The accounts of the import, from this run and from earlier ones. */
  readonly total: number;
  /** Whether earlier runs have made all of them. */
  readonly isComplete: boolean;
  readonly invited: readonly Invited[];
}

const TAKEN = "this e-mail has an account here: only its owner can join, by an invitation";

/**
 * Makes the accounts of an import, each with its membership and its person. An address that has an
 * account here is left alone: a file must not open the account of a stranger. Safe to repeat after a crash.
 */
export async function makeAccounts(
  services: NodeServices,
  ctx: GuildContext,
  batch: Batch,
  from: {
    readonly source: LegacySource;
    readonly document: LegacyDocument;
    readonly isDry: boolean;
  },
): Promise<AccountResult> {
  const { document, isDry } = from;
  const rows = new Map(
    (await importedAccounts(ctx, batch)).map((row) => [
      Number(row.key.slice("account:".length)),
      row,
    ]),
  );
  const invited = withoutAccount(document);
  const waiting = new Map<number, { email: string; name: string; row: ImportedAccount }>();
  let [known, open] = [0, 0];
  for (const [id, { user, name, account }] of document.people.persons) {
    const row = rows.get(id);
    if (row === undefined || !("email" in account)) continue;
    const there = await accountWith({ services }, account.email);
    const own = idOf(batch, id);
    if (row.userId !== null) known++;
    else if (there === undefined)
      waiting.set(id, { email: account.email, name: user.username, row });
    else if (there === own) {
      if (!isDry) await linkAccount(ctx, batch, row, own);
      open++;
    } else invited.push({ legacyUserId: id, person: name, role: user.role, why: TAKEN });
  }
  if (!isDry && waiting.size > 0) await make(services, ctx, batch, from.source, waiting);
  open += waiting.size;
  return { total: known + open, isComplete: open === 0, invited };
}

/** Passwords are read here and nowhere else, and go straight into the accounts. */
async function make(
  services: NodeServices,
  ctx: GuildContext,
  batch: Batch,
  source: LegacySource,
  waiting: ReadonlyMap<number, { email: string; name: string; row: ImportedAccount }>,
): Promise<void> {
  const operator = atThisMachine(services);
  const guildId = ctx.guild.id;
  for await (const stored of source.rows("users", ["id", "password"])) {
    const id = legacyWhole(stored["id"]) ?? 0;
    const one = waiting.get(id);
    if (one === undefined) continue;
    const { email, name, row } = one;
    const userId = idOf(batch, id);
    const hash = legacyText(stored["password"]);
    await makeImportedAccount(operator, { userId, email, name, hash, guildId, role: row.role });
    await linkAccount(ctx, batch, row, userId);
  }
}

function withoutAccount(document: LegacyDocument): Invited[] {
  return [...document.people.persons].flatMap(([id, { user, name, account }]) =>
    "why" in account && account.why !== "inactive"
      ? [{ legacyUserId: id, person: name, role: user.role, why: account.why }]
      : [],
  );
}

/** The accounts that a reversal removes: those without a sign-in. */
export async function unusedAccounts(
  services: NodeServices,
  ctx: GuildContext,
  batch: Batch,
): Promise<readonly ImportedAccount[]> {
  const found: ImportedAccount[] = [];
  for (const one of await importedAccounts(ctx, batch)) {
    const { userId } = one;
    if (userId === null) continue;
    if (await isImportUnused({ services }, userId)) found.push(one);
  }
  return found;
}

/** Removes accounts that an import made, and takes their persons back. Safe to repeat after a crash. */
export async function removeAccounts(
  services: NodeServices,
  ctx: GuildContext,
  batch: Batch,
  accounts: readonly ImportedAccount[],
): Promise<void> {
  const operator = atThisMachine(services);
  for (const one of accounts) {
    if (one.userId !== null) await removeImportedAccount(operator, one.userId, ctx.guild.id);
    await unlinkAccount(ctx, batch, one);
  }
}

/** The same id in every try of one import, so that a try knows the accounts of the one before. */
function idOf(batch: Pick<Batch, "id">, legacyId: number): UserId {
  const hex = createHash("sha256").update(`${batch.id} account ${legacyId}`).digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-") as UserId;
}
