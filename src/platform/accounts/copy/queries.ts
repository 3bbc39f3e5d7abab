import { and, asc, desc, eq, inArray, or } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../../database/query.ts";
import { build } from "../../../database/statements.ts";
import type { UserId } from "../../../kernel/ids.ts";
import { limits } from "../../../limits.ts";
import { ownershipProofs } from "../../../tenant/identity/schema.ts";
import { characterClaims, characters, persons } from "../../../tenant/roster/schema.ts";
import { auditLog as guildAuditLog } from "../../../tenant/schema.ts";
import {
  apiKeys,
  auditLog,
  formerMembers,
  guilds,
  identities,
  invitations,
  memberships,
  operators,
  secondFactors,
  sessions,
  signInPlaces,
  userSecrets,
  users,
} from "../../schema.ts";

// Every query selects rows of one account. No hash, secret or sealed value is among the columns.

type Own = Values<{ readonly userId: UserId }>;

export const accountRow = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(users, "id", "email", "name", "emailVerifiedAt", "createdAt"))
    .from(users)
    .where(eq(users.id, userId)),
);

export const sessionRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(sessions, "id", "createdAt", "lastUsedAt", "expiresAt", "address", "agent"))
    .from(sessions)
    .where(eq(sessions.userId, userId))
    .orderBy(asc(sessions.createdAt), asc(sessions.id)),
);

export const placeRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(signInPlaces, "lastUsedAt"))
    .from(signInPlaces)
    .where(eq(signInPlaces.userId, userId))
    .orderBy(asc(signInPlaces.lastUsedAt)),
);

export const identityRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(identities, "provider", "subject", "name", "linkedAt", "lastUsedAt"))
    .from(identities)
    .where(eq(identities.userId, userId))
    .orderBy(asc(identities.provider)),
);

export const factorRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(secondFactors, "createdAt", "confirmedAt"))
    .from(secondFactors)
    .where(eq(secondFactors.userId, userId)),
);

export const connectionRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(userSecrets, "kind", "account", "hint", "setAt"))
    .from(userSecrets)
    .where(eq(userSecrets.userId, userId))
    .orderBy(asc(userSecrets.kind)),
);

export const operatorRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(operators, "areas", "addedAt"))
    .from(operators)
    .where(eq(operators.userId, userId)),
);

export const membershipRows = prepare(({ userId }: Own) =>
  build
    .select({
      ...columnsOf(memberships, "guildId", "role", "createdAt", "roleAt"),
      ...columnsOf(guilds, "slug", "name"),
    })
    .from(memberships)
    .innerJoin(guilds, eq(guilds.id, memberships.guildId))
    .where(eq(memberships.userId, userId))
    .orderBy(asc(memberships.createdAt), asc(memberships.guildId)),
);

export const formerRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(formerMembers, "guildId", "role", "leftAt", "removedAt"))
    .from(formerMembers)
    .where(eq(formerMembers.userId, userId))
    .orderBy(asc(formerMembers.leftAt)),
);

export const invitationRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(invitations, "id", "guildId", "role", "createdAt", "expiresAt", "revokedAt"))
    .from(invitations)
    .where(eq(invitations.createdBy, userId))
    .orderBy(desc(invitations.createdAt))
    .limit(limits.auth.copyRowsMax),
);

export const keyRows = prepare(({ userId }: Own) =>
  build
    .select(
      columnsOf(apiKeys, "id", "guildId", "name", "scopes", "createdAt", "expiresAt", "revokedAt"),
    )
    .from(apiKeys)
    .where(eq(apiKeys.createdBy, userId))
    .orderBy(desc(apiKeys.createdAt))
    .limit(limits.auth.copyRowsMax),
);

export const auditRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(auditLog, "at", "action", "guildId", "address", "agent"))
    .from(auditLog)
    .where(
      or(
        and(eq(auditLog.actorType, "user"), eq(auditLog.actorId, userId)),
        // The caller is not known yet when an account or a session begins. Refused sign-ins stay out,
        // because their addresses may be other people's.
        and(
          eq(auditLog.actorType, "anonymous"),
          eq(auditLog.subject, userId),
          inArray(auditLog.action, ["user.sign-up", "session.begin"]),
        ),
      ),
    )
    .orderBy(desc(auditLog.seq))
    .limit(limits.auth.copyRowsMax),
);

export const guildAuditRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(guildAuditLog, "at", "action", "address", "agent"))
    .from(guildAuditLog)
    .where(and(eq(guildAuditLog.actorType, "user"), eq(guildAuditLog.actorId, userId)))
    .orderBy(desc(guildAuditLog.seq))
    .limit(limits.auth.copyRowsMax),
);

export const personRow = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(persons, "id", "name", "status", "note", "createdAt", "memberSince"))
    .from(persons)
    .where(eq(persons.userId, userId)),
);

export const characterRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(characters, "name", "realm", "class", "spec", "role", "isMain", "createdAt"))
    .from(characters)
    .innerJoin(persons, eq(persons.id, characters.personId))
    .where(eq(persons.userId, userId))
    .orderBy(desc(characters.isMain), asc(characters.nameKey)),
);

export const claimRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(characterClaims, "state", "characterId", "at", "decidedAt"))
    .from(characterClaims)
    .where(eq(characterClaims.userId, userId)),
);

export const proofRows = prepare(({ userId }: Own) =>
  build
    .select(columnsOf(ownershipProofs, "source", "createdAt", "expiresAt", "provedAt", "endedAt"))
    .from(ownershipProofs)
    .where(eq(ownershipProofs.userId, userId))
    .orderBy(desc(ownershipProofs.createdAt))
    .limit(limits.auth.copyRowsMax),
);
