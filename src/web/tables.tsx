import type { Child } from "hono/jsx";
import type { Messages } from "./i18n/index.ts";

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly cell: (row: Row) => Child;
  readonly numeric?: boolean;
  /** The value of `sort` in the URL. A leading minus reverses the order. */
  readonly sort?: string;
  /**
   * The column's place in a row's card on a phone. By default, the first text column is the title, and
   * the first number after it stands beside it.
   */
  readonly card?: "title" | "key" | "wide" | "plain";
}

/** With scripts, only the page's main part is replaced, so that focus and scroll position stay. */
const SWAP = {
  "hx-target": "#main",
  "hx-select": "#main",
  "hx-swap": "outerMorph",
  "hx-push-url": "true",
} as const;

/**
 * A table whose sorting, filters and pages are in the URL, so that the back button and shared links
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
  /** The sorting if the URL names none. */
  defaultSort?: string;
  /** On a phone a row is a card, or two dense lines: what is compared, and below it all the rest. */
  phone?: "cards" | "lines";
}) {
  const { caption, columns, rows, url, messages, next, empty } = props;
  const { defaultSort = "", phone = "cards" } = props;
  if (rows.length === 0) return <>{empty}</>;
  const places = placesOf(columns);
  const sorted = url.searchParams.get("sort") ?? defaultSort;
  const nextHref = next && withParams(url, { cursor: next });
  return (
    <>
      <div class={phone === "lines" ? "table-wrap cards lines" : "table-wrap cards"}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <ColumnHead column={column} sorted={sorted} url={url} messages={messages} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                {columns.map((column, index) => (
                  <td
                    class={`${column.numeric ? "num " : ""}${places[index]}`}
                    data-label={column.label}
                  >
                    <div>{column.cell(row)}</div>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {nextHref && (
        <p>
          <a
            class="button secondary"
            href={nextHref}
            rel="next"
            hx-get={nextHref}
            {...SWAP}
            hx-swap="outerMorph show:top"
          >
            {messages.common.next}
          </a>
        </p>
      )}
    </>
  );
}

/** The page's own address with changed parameters. Undefined removes one. */
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

/** Parameters of an address that say what a list is of and in which order, not what it leaves out. */
const KEPT_BY_FILTERS = ["pool", "sort"];
const NO_FILTERS = new Set([...KEPT_BY_FILTERS, "cursor", "done"]);

/**
 * A filter form. Its values go into the URL. It keeps the pool and the sorting, and returns to the first
 * page. With scripts, a change applies at once, so a phone shows no button for it.
 */
export function Filters(props: { url: URL; messages: Messages; children?: Child }) {
  const { url, messages, children } = props;
  const kept = KEPT_BY_FILTERS.flatMap((name) => {
    const value = url.searchParams.get(name);
    return value === null ? [] : [{ name, value }];
  });
  const filters = [...url.searchParams].filter(([name]) => !NO_FILTERS.has(name));
  const isFiltered = filters.some(([, value]) => value !== "");
  const without = Object.fromEntries(filters.map(([name]) => [name, undefined]));
  return (
    <form
      class="filters"
      method="get"
      action={url.pathname}
      hx-get={url.pathname}
      hx-trigger="submit, input delay:300ms"
      {...SWAP}
    >
      {kept.map(({ name, value }) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
      <button class="button secondary" type="submit">
        {messages.common.filter}
      </button>
      {isFiltered && (
        <a class="button quiet" href={withParams(url, { ...without, cursor: undefined })}>
          {messages.common.clear}
        </a>
      )}
    </form>
  );
}

function ColumnHead<Row>(props: {
  column: Column<Row>;
  sorted: string;
  url: URL;
  messages: Messages;
}) {
  const { column, sorted, url, messages } = props;
  const { label, numeric = false, sort } = column;
  const href =
    sort && withParams(url, { sort: reversed(sorted, sort, numeric), cursor: undefined });
  return (
    <th scope="col" class={numeric ? "num" : ""} aria-sort={ariaSort(sorted, sort)}>
      {href ? (
        <a href={href} aria-label={messages.common.sortBy(label)} hx-get={href} {...SWAP}>
          {label}
        </a>
      ) : (
        label
      )}
    </th>
  );
}

/** Texts sort from A, numbers from the largest. A second press reverses the order. */
function reversed(sorted: string, sort: string, numeric: boolean): string {
  if (numeric) return sorted === `-${sort}` ? sort : `-${sort}`;
  return sorted === sort ? `-${sort}` : sort;
}

function ariaSort(sorted: string, sort: string | undefined) {
  if (sort === undefined) return undefined;
  if (sorted === sort) return "ascending" as const;
  return sorted === `-${sort}` ? ("descending" as const) : ("none" as const);
}

function placesOf<Row>(columns: readonly Column<Row>[]): readonly string[] {
  const isTaken = (place: "title" | "key") => columns.some(({ card }) => card === place);
  const free = columns.filter(({ card }) => card === undefined);
  const title = isTaken("title") ? undefined : (free.find((one) => !one.numeric) ?? free[0]);
  const after = columns.indexOf(title ?? columns[0]!);
  const key = isTaken("key")
    ? undefined
    : free.find((one) => one.numeric && columns.indexOf(one) > after);
  return columns.map((column) => {
    if (column.card !== undefined) return column.card === "plain" ? "" : column.card;
    return column === title ? "title" : column === key ? "key" : "";
  });
}
