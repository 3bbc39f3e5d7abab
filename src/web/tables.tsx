import type { Child } from "hono/jsx";
import type { Messages } from "./i18n/index.ts";

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly cell: (row: Row) => Child;
  readonly numeric?: boolean;
  /** The value of `sort` in the URL; a leading minus turns it round. */
  readonly sort?: string;
}

/**
 * A table whose sorting, filters and pages live in the URL, so that the back button and a sent link
 * work. On small screens each row becomes a card.
 */
export function DataTable<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  url: URL;
  messages: Messages;
  next?: string | undefined;
  empty: Child;
}) {
  const { caption, columns, rows, url, messages, next, empty } = props;
  if (rows.length === 0) return <>{empty}</>;
  const sorted = url.searchParams.get("sort") ?? "";
  return (
    <>
      <div class="table-wrap cards">
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  scope="col"
                  class={column.numeric ? "num" : ""}
                  aria-sort={ariaSort(sorted, column.sort)}
                >
                  {column.sort ? (
                    <a
                      href={sortHref(url, sorted, column.sort)}
                      aria-label={messages.common.sortBy(column.label)}
                    >
                      {column.label}
                      {sorted === column.sort ? " ↑" : sorted === `-${column.sort}` ? " ↓" : ""}
                    </a>
                  ) : (
                    column.label
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                {columns.map((column) => (
                  <td class={column.numeric ? "num" : ""} data-label={column.label}>
                    <div>{column.cell(row)}</div>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {next && (
        <p>
          <a class="button secondary" href={withParams(url, { cursor: next })} rel="next">
            {messages.common.next}
          </a>
        </p>
      )}
    </>
  );
}

/** The page's own address with some parameters changed; undefined takes one away. */
export function withParams(url: URL, changes: Record<string, string | undefined>): string {
  const params = new URLSearchParams(url.searchParams);
  params.delete("done");
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) params.delete(name);
    else params.set(name, value);
  }
  const query = params.toString();
  return query === "" ? url.pathname : `${url.pathname}?${query}`;
}

/** A filter form: it goes to the URL, keeps the sorting and starts at the first page. */
export function Filters(props: { url: URL; messages: Messages; children?: Child }) {
  const { url, messages, children } = props;
  const sort = url.searchParams.get("sort");
  return (
    <form class="filters" method="get" action={url.pathname}>
      {sort && <input type="hidden" name="sort" value={sort} />}
      {children}
      <button class="button secondary" type="submit">
        {messages.common.filter}
      </button>
      <a class="button quiet" href={url.pathname}>
        {messages.common.clear}
      </a>
    </form>
  );
}

function sortHref(url: URL, sorted: string, sort: string): string {
  return withParams(url, { sort: sorted === sort ? `-${sort}` : sort, cursor: undefined });
}

function ariaSort(sorted: string, sort: string | undefined) {
  if (sort === undefined) return undefined;
  if (sorted === sort) return "ascending" as const;
  return sorted === `-${sort}` ? ("descending" as const) : ("none" as const);
}
