import { Invalid } from "./errors.ts";

/** A page of a list in a stable order. `next` is absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** Packs the sort key of a page's last row. Opaque to clients, not secret. */
function encodeCursor(key: readonly (string | number)[]): string {
  return btoa(encodeURIComponent(JSON.stringify(key)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/**
 * Unpacks a cursor of exactly `length` parts.
 * @throws {Invalid} `request/bad-cursor` when it was not made by `encodeCursor`.
 */
export function decodeCursor(cursor: string, length: number): readonly (string | number)[] {
  const key = parse(cursor);
  const known = (part: unknown) =>
    typeof part === "string" || (typeof part === "number" && Number.isFinite(part));
  if (!Array.isArray(key) || key.length !== length || !key.every(known)) {
    throw new Invalid(
      "request/bad-cursor",
      "This page link is not valid. Start at the first page.",
      {
        errors: [{ pointer: "/cursor", detail: "Leave out the cursor to get the first page." }],
      },
    );
  }
  return key as (string | number)[];
}

/** Turns `limit + 1` fetched rows into a page. The extra row only shows that more follow. */
export function toPage<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (last: T) => readonly (string | number)[],
): Page<T> {
  if (rows.length <= limit) return { items: rows };
  const items = rows.slice(0, limit);
  return { items, next: encodeCursor(keyOf(items[items.length - 1]!)) };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return undefined;
  }
}
