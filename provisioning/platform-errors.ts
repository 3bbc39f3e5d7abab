import { Conflict, NotFound, Unavailable } from "../src/kernel/errors.ts";

// Only operators see these errors: at a start, or on the command line.

/** There is no platform at the configured place. */
export function platformNotFound(place: string): NotFound {
  return new NotFound(
    "platform/not-found",
    `There is no platform in ${place}. Set DATA_DIR (or PLATFORM_DATABASE_URL) to where it is, ` +
      "or make a new one.",
    { next: ["guildhall init", "guildhall doctor"] },
  );
}

/** The platform's database is missing or empty, but data of a platform exists beside it. */
export function platformLost(place: string, trace: string): Conflict {
  return new Conflict(
    "platform/lost",
    `The platform database ${place} is missing or empty, but ${trace} is there. ` +
      "Bring the platform database back. A new one would know none of these guilds.",
    { next: ["guildhall backups restore-platform", "guildhall doctor"] },
  );
}

/** Writes that were acknowledged are missing in the platform's database. */
export function platformOlder(place: string, missing: number): Conflict {
  return new Conflict(
    "platform/older-than-known",
    `The platform database ${place} lacks the newest ${missing} writes that were acknowledged. ` +
      "Its log was damaged, cut or removed, or an older copy was put there. " +
      "Restore its newest backup, or accept the loss.",
    {
      next: [
        "guildhall backups restore-platform",
        "guildhall audit accept --platform --reason 'the log was damaged'",
      ],
      missing,
    },
  );
}

/** A platform already exists, and `init` only creates new ones. */
export function platformThere(place: string): Conflict {
  return new Conflict("platform/there", `There is a platform in ${place} already.`, {
    next: ["guildhall guilds list"],
  });
}

/** This release needs another platform schema, and only `migrate platform` changes it. */
export function platformBehind(
  place: string,
  { pending, oldPlaces }: { readonly pending: readonly string[]; readonly oldPlaces: number },
): Unavailable {
  const due = [
    ...(pending.length > 0 ? [`its schema lacks ${pending.join(", ")}`] : []),
    ...(oldPlaces > 0 ? [`${oldPlaces} guilds are found by paths of a machine`] : []),
  ];
  return new Unavailable(
    "platform/behind",
    `The platform in ${place} has to be brought to this release first: ${due.join("; ")}. ` +
      "A start of the server does it, or the command below. Both keep a copy.",
    { next: ["guildhall migrate platform"], pending, oldPlaces },
  );
}
