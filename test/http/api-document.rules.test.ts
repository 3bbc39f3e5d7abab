import { z } from "@hono/zod-openapi";
import { describe, expect, test } from "vitest";
import { TAGS } from "../../src/http/tags.ts";
import { PROBLEM_STATUS } from "../../src/web/problem-codes.ts";
import { apiDocument, operationsOf, routesOf } from "../support/api-document.ts";

const document = apiDocument();
const operations = operationsOf(document);

describe("the API's document", () => {
  test("says what each operation does: a short imperative, and one to three sentences", () => {
    const poor = operations.filter(({ operation: { summary = "", description = "" } }) => {
      const sentences = description.split(/(?<=[.!?])\s+(?=[A-Z`])/);
      const isShort = /^[A-Z][a-z]+ /.test(summary) && !/\.$/.test(summary) && summary.length <= 60;
      return !(isShort && description.endsWith(".") && sentences.length <= 3);
    });
    expect(poor.map(({ operation }) => operation.operationId)).toEqual([]);
    expect(operations.length).toBeGreaterThan(150);
  });

  test("gives no two operations the same name or the same summary", () => {
    for (const name of ["operationId", "summary"] as const) {
      const found = operations.map(({ operation }) => operation[name]);
      expect(found.filter((one, index) => found.indexOf(one) !== index)).toEqual([]);
    }
  });

  test("describes every tag, and uses every tag", () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags ?? []));
    expect([...used].toSorted()).toEqual(Object.keys(TAGS).toSorted());
    expect(document.tags?.every(({ description }) => description)).toBe(true);
  });

  test("requires every parameter of a path, in the shape of one type", () => {
    const wrong = operations.flatMap(({ path, item, operation }) => {
      const given = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      return [...path.matchAll(/\{(\w+)\}/g)].filter(([, name]) => {
        const one = given.find((each) => "name" in each && each.name === name) as
          | { in: string; required?: boolean; description?: string; schema: { type: unknown } }
          | undefined;
        const isWhole = one?.in === "path" && one.required && typeof one.schema.type === "string";
        return !(isWhole && one.description);
      });
    });
    expect(wrong).toEqual([]);
  });

  test("names the problems of each operation under their statuses, with an example each", () => {
    for (const { operation } of operations) {
      const statuses = Object.keys(operation.responses ?? {});
      expect(statuses, operation.operationId).toEqual(
        expect.arrayContaining(["400", "429", "503"]),
      );
      for (const status of statuses.filter((one) => Number(one) >= 400)) {
        const answer = resolved(operation.responses?.[status]) as Answer;
        const codes = [...answer.description.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
        expect(codes.length).toBeGreaterThan(0);
        expect(codes.map((code) => PROBLEM_STATUS.get(code))).toEqual(
          codes.map(() => Number(status)),
        );
        const [example] = Object.values(answer.content["application/problem+json"].examples);
        expect(resolved(example)).toMatchObject({ value: { type: `/problems/${codes[0]}` } });
      }
    }
  });

  test("names the problems of placing a bid", () => {
    const bid = operations.find(({ operation }) => operation.operationId === "placeBid")!;
    const answers = bid.operation.responses as Record<string, Answer>;
    expect(answers[409]!.description).toContain("`auctions/closed`");
    expect(answers[403]!.description).toContain("`auctions/not-eligible`");
    expect(answers[403]!.description).toContain("`guild/forbidden`");
  });
});

describe("the examples of the API's document", () => {
  const routes = routesOf();

  test("fit the schemas that judge requests and answers", () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const { operation } of operations) {
      const route = routes.get(operation.operationId ?? "")!;
      const pairs: [string, unknown, Media | undefined][] = [
        ["body", route.request?.body, mediaOf(operation.requestBody)],
        ...Object.entries(route.responses).map(
          ([status, answer]): [string, unknown, Media | undefined] => [
            status,
            answer,
            mediaOf(operation.responses?.[status]),
          ],
        ),
      ];
      for (const [part, described, media] of pairs) {
        const schema = (described as Described | undefined)?.content?.["application/json"]?.schema;
        if (!(schema instanceof z.ZodType)) continue;
        checked++;
        const { error } = schema.safeParse(media?.example);
        if (error) wrong.push(`${operation.operationId} ${part}: ${z.prettifyError(error)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(150);
  });
});

interface Answer {
  readonly description: string;
  readonly content: {
    readonly "application/problem+json": { readonly examples: Readonly<Record<string, unknown>> };
  };
}
interface Media {
  readonly example?: unknown;
}
interface Described {
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
}

function mediaOf(body: unknown): Media | undefined {
  return (body as { content?: Record<string, Media> } | undefined)?.content?.["application/json"];
}

/** What a reference of the document refers to. */
function resolved(one: unknown): unknown {
  const reference = (one as { $ref?: string }).$ref;
  if (reference === undefined) return one;
  const [, , kind, name] = reference.split("/") as [
    string,
    string,
    "responses" | "examples",
    string,
  ];
  return document.components?.[kind]?.[name];
}
