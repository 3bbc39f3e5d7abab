import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Column, DataTable, Filters, withParams } from "../../src/web/tables.tsx";
import { html, english as messages } from "./support.tsx";

interface Row {
  readonly name: string;
  readonly balance: number;
}

const columns: readonly Column<Row>[] = [
  { id: "seq", label: "No.", numeric: true, cell: () => "1" },
  { id: "name", label: "Person", sort: "name", cell: (row) => row.name },
  { id: "balance", label: "Balance", sort: "balance", numeric: true, cell: (row) => row.balance },
  { id: "note", label: "Note", cell: () => "note" },
];
const rows = [{ name: "Cinder", balance: 12 }];

const table = (query: string, more: object = {}) =>
  html(
    <DataTable
      caption="Standings"
      columns={columns}
      rows={rows}
      url={new URL(`http://localhost/g/iron-vow/standings${query}`)}
      messages={messages}
      empty={<p>Nobody yet</p>}
      {...more}
    />,
  );

/** The address of the link with this label. */
function linkOf(page: string, label: string): URL {
  const found = new RegExp(`<a[^>]*href="([^"]*)"[^>]*>${label}`).exec(page)?.[1];
  return new URL(found!.replaceAll("&amp;", "&"), "http://localhost");
}

describe("the address holds what a table shows", () => {
  test("sorting keeps the filters and starts at the first page", async () => {
    const page = await table("?class=mage&q=a%26b&cursor=abc&done=saved");
    expect(linkOf(page, "Person").search).toBe("?class=mage&q=a%26b&sort=name");
  });

  test("the next page keeps filters and sorting", async () => {
    const page = await table("?class=mage&sort=-balance&cursor=abc", { next: "def" });
    expect(linkOf(page, "Next page").search).toBe("?class=mage&sort=-balance&cursor=def");
  });

  test("a second press on a column reverses it; numbers begin with the largest", async () => {
    expect(linkOf(await table(""), "Person").searchParams.get("sort")).toBe("name");
    expect(linkOf(await table("?sort=name"), "Person").searchParams.get("sort")).toBe("-name");
    expect(linkOf(await table(""), "Balance").searchParams.get("sort")).toBe("-balance");
    expect(linkOf(await table("?sort=-balance"), "Balance").searchParams.get("sort")).toBe(
      "balance",
    );
  });

  test("the head says how the rows are sorted, also when the address does not", async () => {
    expect(await table("?sort=name")).toContain('aria-sort="ascending"');
    expect(await table("", { defaultSort: "-balance" })).toContain('aria-sort="descending"');
    expect(await table("")).not.toMatch(/aria-sort="(a|de)scending"/);
  });

  test("filtering keeps the sorting and forgets the page", async () => {
    const url = new URL("http://localhost/g/iron-vow/standings?sort=-balance&cursor=abc&q=x");
    const form = await html(<Filters url={url} messages={messages} />);
    expect(form).toContain('<input type="hidden" name="sort" value="-balance"/>');
    expect(form).not.toContain("abc");
  });

  test("clearing the filters keeps the pool and the sorting, and is offered only where there are some", async () => {
    const list = "http://localhost/g/iron-vow/standings?pool=p1&sort=-balance&cursor=abc";
    const filtered = new URL(`${list}&q=x&class=mage&role=`);
    const form = await html(<Filters url={filtered} messages={messages} />);
    expect(form).toContain('<input type="hidden" name="pool" value="p1"/>');
    expect(linkOf(form, "Clear filters").search).toBe("?pool=p1&sort=-balance");
    const whole = await html(<Filters url={new URL(list)} messages={messages} />);
    expect(whole).not.toContain("Clear filters");
  });

  test("changing one parameter leaves every other one as it was", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text !== "done" && text !== "sort");
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), fc.string(), (params, sort) => {
        const url = new URL("http://localhost/roster");
        for (const [key, value] of Object.entries(params)) url.searchParams.set(key, value);
        const changed = new URL(withParams(url, { sort }), url);
        expect(changed.pathname).toBe("/roster");
        expect(changed.searchParams.get("sort")).toBe(sort);
        for (const [key, value] of url.searchParams) {
          expect(changed.searchParams.get(key)).toBe(value);
        }
        expect(withParams(changed, { sort: undefined })).toBe(withParams(url, {}));
      }),
    );
  });
});

describe("a row on a phone", () => {
  test("leads with its name and the number that matters, and labels the rest", async () => {
    const page = await table("");
    expect(page).toContain('<td class="title" data-label="Person">');
    expect(page).toContain('<td class="num key" data-label="Balance">');
    expect(page).toContain('<td class="num " data-label="No.">');
    expect(page).toContain('<td class="" data-label="Note">');
  });

  test("can be configured otherwise", async () => {
    const told = columns.map((one) =>
      one.id === "note" ? { ...one, card: "title" as const } : one,
    );
    const page = await table("", { columns: told });
    expect(page).toContain('<td class="title" data-label="Note">');
    expect(page.match(/class="title"/g)).toHaveLength(1);
  });
});

test("an empty list shows no table but what to do about it", async () => {
  expect(await table("", { rows: [] })).toBe("<p>Nobody yet</p>");
});
