import {
  type DeclaredFile,
  FIELD_NAMES,
  type FieldName,
  type Fields,
  fieldsOf,
  OPTIONAL_FIELDS,
  type PresentGuild,
} from "./guild-file.ts";

type Action = "create" | "update" | "rename" | "move" | "unmanaged";

/** A difference between the files and the platform. `field` is null for a whole guild. */
export interface Change {
  readonly id: string;
  readonly slug: string;
  readonly action: Action;
  readonly field: FieldName | null;
  readonly from: Fields[FieldName];
  readonly to: Fields[FieldName];
}

/** Guilds that are being deleted or were deleted cannot be changed by a file. */
const ENDED = new Set<PresentGuild["status"]>(["deleted", "deleting"]);

/**
 * All differences, in the order of the files and then of the platform. Guilds without a file are
 * `unmanaged`. Deleted guilds without a file are not mentioned.
 */
export function differences(
  files: readonly DeclaredFile[],
  present: readonly PresentGuild[],
): readonly Change[] {
  const guilds = new Map<string, PresentGuild>(present.map((guild) => [guild.id, guild]));
  const declared = new Set(files.map(({ document }) => document.id));
  const ofFiles = files.flatMap((file) => {
    const guild = guilds.get(file.document.id);
    return guild ? guildChanges(file, guild) : [creation(file)];
  });
  const unmanaged = present
    .filter(({ id, status }) => !declared.has(id) && !ENDED.has(status))
    .map(({ id, fields }) => ({
      id,
      slug: String(fields.slug),
      action: "unmanaged" as const,
      field: null,
      from: null,
      to: null,
    }));
  return [...ofFiles, ...unmanaged];
}

/**
 * The fields that a file sets. A field that the file named when it was last applied, and names no longer,
 * gets its default, so that removing a line removes its effect. Fields that no file has named stay free.
 */
export function wantedFields(
  { document }: DeclaredFile,
  applied: DeclaredFile | undefined,
): Partial<Fields> {
  const named = applied ? fieldsOf(applied.document) : {};
  const removed = Object.entries(OPTIONAL_FIELDS).filter(([name]) => name in named);
  return { ...Object.fromEntries(removed), ...fieldsOf(document) };
}

/** The differences of one guild that exists. */
function guildChanges(file: DeclaredFile, guild: PresentGuild): readonly Change[] {
  const wanted = wantedFields(file, guild.applied);
  return FIELD_NAMES.flatMap((field) => {
    const to = wanted[field];
    const from = guild.fields[field];
    if (to === undefined || to === from) return [];
    const slug = String(guild.fields.slug);
    return [{ id: guild.id, slug, action: actionOf(field), field, from, to }];
  });
}

function creation({ document: { id, slug } }: DeclaredFile): Change {
  return { id, slug, action: "create", field: null, from: null, to: null };
}

function actionOf(field: FieldName): Action {
  if (field === "slug") return "rename";
  return field === "placement.host" ? "move" : "update";
}

/** Files of guilds that are deleted on the platform. They stop a run, because their slug is still held. */
export function filesOfDeleted(
  files: readonly DeclaredFile[],
  present: readonly PresentGuild[],
): readonly DeclaredFile[] {
  const ended = new Set<string>(
    present.filter(({ status }) => ENDED.has(status)).map(({ id }) => id),
  );
  return files.filter(({ document }) => ended.has(document.id));
}

/**
 * The guilds whose file has vanished: they were applied from a file once, and no file declares them now.
 * Guilds that were never declared are not among them.
 */
export function vanished(
  files: readonly DeclaredFile[],
  present: readonly PresentGuild[],
): readonly PresentGuild[] {
  const declared = new Set(files.map(({ document }) => document.id));
  return present.filter(
    ({ id, status, applied }) => applied && !declared.has(id) && !ENDED.has(status),
  );
}
