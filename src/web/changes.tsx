import { changesOf } from "../kernel/changes.ts";

/** The differences between the two JSON texts of an audit row, field by field. */
export function Changes({ row }: { row: { before: string | null; after: string | null } }) {
  return (
    <ul>
      {changesOf(row.before, row.after).map(({ field, before, after }) => (
        <li>
          {field && <code>{field}</code>} {before !== undefined && <del>{shown(before)}</del>}{" "}
          {after !== undefined && <ins>{shown(after)}</ins>}
        </li>
      ))}
    </ul>
  );
}

/** Shows null as a dash. */
const shown = (value: string): string => (value === "null" ? "—" : value);
