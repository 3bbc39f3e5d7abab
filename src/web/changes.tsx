import { changesOf } from "../kernel/changes.ts";

/** What differs between the two JSON texts of an audit row, field by field. */
export function Changes({ row }: { row: { before: string | null; after: string | null } }) {
  return (
    <ul>
      {changesOf(row.before, row.after).map(({ field, before, after }) => (
        <li>
          {field && <strong>{field} </strong>}
          {before !== undefined && <del>{before}</del>} {after !== undefined && <ins>{after}</ins>}
        </li>
      ))}
    </ul>
  );
}
