import { meaningOf, translator } from "../web/i18n/index.ts";
import { PROBLEM_STATUS, type ProblemCode, type ProblemStatus } from "../web/problem-codes.ts";
import { TITLE } from "./problem.ts";

/** Where an operation is mounted: below a guild, in the operators' console, or elsewhere. */
export type Place = "guild" | "console" | "account";

/** The parts of an operation that determine its possible problems. */
interface Facts {
  readonly needs?: unknown;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly content?: unknown;
  readonly security?: readonly unknown[];
  readonly runsEachTime?: true;
  readonly problems?: readonly ProblemCode[];
}

interface Reference {
  readonly $ref: string;
}

/** A response in the shape of OpenAPI. */
export interface ProblemAnswer {
  readonly description: string;
  readonly content: {
    readonly "application/problem+json": {
      readonly schema: Reference;
      readonly examples: Readonly<Record<string, Reference>>;
    };
  };
}

type CodesByStatus = Readonly<Partial<Record<ProblemStatus, readonly ProblemCode[]>>>;

/** The problems that every operation in this place may give, by status. */
const STANDARD: Readonly<Record<Place, CodesByStatus>> = {
  guild: {
    400: ["request/malformed", "request/unknown-host", "guild/ambiguous"],
    401: ["auth/required", "auth/bad-token"],
    403: ["guild/forbidden", "request/cross-site"],
    404: ["guild/not-found", "request/no-such-page"],
    409: ["idempotency/in-progress", "idempotency/shown-once"],
    413: ["request/too-large", "request/too-complex"],
    422: ["request/invalid", "idempotency/key-reused", "idempotency/bad-key"],
    429: ["rate/too-many"],
    503: ["guild/suspended", "guild/provisioning", "database/busy", "database/unreachable"],
    507: ["guild/storage-full"],
  },
  console: {
    400: ["request/malformed", "request/unknown-host"],
    401: ["auth/bad-token"],
    403: ["operator/forbidden", "auth/proof-required", "request/cross-site"],
    404: ["request/no-such-page"],
    409: ["idempotency/in-progress", "idempotency/shown-once"],
    413: ["request/too-large", "request/too-complex"],
    422: ["request/invalid", "idempotency/key-reused", "idempotency/bad-key"],
    429: ["rate/too-many"],
    503: ["database/busy", "database/unreachable"],
  },
  account: {
    400: ["request/malformed", "request/unknown-host"],
    401: ["auth/required", "auth/bad-token"],
    403: ["request/cross-site"],
    404: ["request/no-such-page"],
    409: ["idempotency/in-progress", "idempotency/shown-once"],
    413: ["request/too-large", "request/too-complex"],
    422: ["request/invalid", "idempotency/key-reused", "idempotency/bad-key"],
    429: ["rate/too-many"],
    503: ["database/busy", "database/unreachable"],
  },
};

const statusOf = (code: ProblemCode): ProblemStatus => PROBLEM_STATUS.get(code)!;

/**
 * The problem responses of an operation by status: those of its kind and its own `problems`. A response
 * without problems of its own refers to one of `problemComponents`.
 */
export function problemAnswers(
  place: Place,
  method: string,
  facts: Facts,
): Partial<Record<ProblemStatus, ProblemAnswer | Reference>> {
  const own = Map.groupBy(facts.problems ?? [], statusOf);
  const ofItsKind = standardStatuses(place, method, facts);
  const statuses = new Set([...ofItsKind, ...own.keys()]);
  const answers = [...statuses]
    .toSorted((a, b) => a - b)
    .map((status) => {
      const codes = own.get(status);
      if (codes === undefined)
        return [status, { $ref: `#/components/responses/${nameOf(place, status)}` }];
      const standard = ofItsKind.includes(status) ? (STANDARD[place][status] ?? []) : [];
      return [status, answerOf(status, [...new Set([...codes, ...standard])])];
    });
  return Object.fromEntries(answers);
}

function standardStatuses(place: Place, method: string, facts: Facts): ProblemStatus[] {
  const isChange = method !== "get";
  const hasBody = facts.body !== undefined || facts.content !== undefined;
  const hasInput = hasBody || !!(facts.params ?? facts.query ?? facts.headers);
  const repeats = isChange && !facts.runsEachTime;
  const isPublic = facts.security?.length === 0;
  const present: Readonly<Record<number, boolean>> = {
    400: true,
    401: !isPublic,
    403: facts.needs !== undefined || isChange,
    404: place !== "account" || facts.params !== undefined,
    409: repeats,
    413: hasBody,
    422: hasInput || repeats,
    429: true,
    503: true,
    507: place === "guild" && isChange,
  };
  return (Object.keys(present).map(Number) as ProblemStatus[]).filter((status) => present[status]);
}

/** The shared responses and examples that the document's operations refer to, by name. */
export function problemComponents(documentText: string) {
  const isUsed = (kind: string, name: string, text: string) =>
    text.includes(`"#/components/${kind}/${name}"`);
  const all = (Object.keys(STANDARD) as Place[]).flatMap((place) =>
    Object.entries(STANDARD[place]).map(([status, codes]) => {
      const at = Number(status) as ProblemStatus;
      return [nameOf(place, at), answerOf(at, codes)] as const;
    }),
  );
  const responses = all.filter(([name]) => isUsed("responses", name, documentText));
  const text = documentText + JSON.stringify(responses);
  const examples = [...PROBLEM_STATUS.keys()]
    .map((code) => [exampleName(code as ProblemCode), exampleOf(code as ProblemCode)] as const)
    .filter(([name]) => isUsed("examples", name, text));
  return { responses: Object.fromEntries(responses), examples: Object.fromEntries(examples) };
}

const PLACE_NAME: Readonly<Record<Place, string>> = {
  guild: "InGuild",
  console: "InConsole",
  account: "",
};

/** The name of a standard response, such as `NotFoundInGuild`. Equal responses share one name. */
function nameOf(place: Place, status: ProblemStatus): string {
  const codes = STANDARD[place][status] ?? [];
  const isCommon = String(codes) === String(STANDARD.account[status] ?? []);
  const words = TITLE[status].replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase());
  return words + PLACE_NAME[isCommon ? "account" : place];
}

function answerOf(status: ProblemStatus, codes: readonly ProblemCode[]): ProblemAnswer {
  const first = codes[0]!;
  return {
    description: `${TITLE[status]}: ${codes.map((code) => `\`${code}\``).join(", ")}.`,
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: { [first]: { $ref: `#/components/examples/${exampleName(first)}` } },
      },
    },
  };
}

// Component names must not contain a slash.
const exampleName = (code: ProblemCode): string => code.replace("/", ".");

function exampleOf(code: ProblemCode) {
  const status = statusOf(code);
  const detail = meaningOf(translator("en"), code);
  return {
    summary: detail,
    value: {
      type: `/problems/${code}`,
      title: TITLE[status],
      status,
      detail,
      instance: "/api/g/iron-vow",
      requestId: "4f7c1c52-8a1b-4c7e-9a55-0d6f1a2b3c4d",
    },
  };
}
