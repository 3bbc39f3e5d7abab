/** What must be known of a statement's text before it may run. Names nothing of any schema. */
export interface SqlFacts {
  /** How many statements the text holds; comments and stray semicolons are none. */
  readonly statements: number;
  /** How many values it wants: every `?`, or the highest `?n`. */
  readonly parameters: number;
  /** It uses `:name`, `@name` or `$name`, for which we have no values. */
  readonly named: boolean;
  /**
   * `write` needs the write lock, `read` changes nothing, `session` speaks to the connection itself
   * (PRAGMA, VACUUM), `banned` would leave a shared connection inside a transaction (BEGIN, COMMIT,
   * SAVEPOINT) or let it reach another file (ATTACH).
   */
  readonly kind: SqlKind;
}

export type SqlKind = "read" | "write" | "session" | "banned";

// A doubled quote inside a literal reads as two literals side by side, which is all the same here.
const TOKEN = new RegExp(
  [
    /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]/,
    /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/,
    /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*/,
    /\?\d*|[:@$#][\w$\u0080-\uffff]+/,
    /\s+|[\s\S]/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);
const BLANK = /^(?:\s|--|\/\*)/;
const TRIGGER = /^CREATE (?:TEMP |TEMPORARY )?TRIGGER\b/;

const KINDS: Readonly<Record<string, SqlKind>> = {
  ...{ SELECT: "read", VALUES: "read", EXPLAIN: "read", WITH: "read" },
  ...{ PRAGMA: "session", VACUUM: "session" },
  ...{ BEGIN: "banned", COMMIT: "banned", END: "banned", ROLLBACK: "banned" },
  ...{ SAVEPOINT: "banned", RELEASE: "banned", ATTACH: "banned", DETACH: "banned" },
};
const CHANGES = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE"]);

/** Reads SQL text just far enough to tell its statements apart, trigger bodies included. */
export function readSql(sql: string): SqlFacts {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => !BLANK.test(token));
  const statements = split(tokens);
  let parameters = 0;
  for (const token of tokens) {
    if (token === "?") parameters++;
    else if (token[0] === "?") parameters = Math.max(parameters, Number(token.slice(1)));
  }
  return {
    statements: statements.length,
    parameters,
    named: tokens.some((token) => token.length > 1 && ":@$#".includes(token[0]!)),
    kind: kindOf(statements[0] ?? []),
  };
}

function split(tokens: readonly string[]): readonly (readonly string[])[] {
  const statements: (readonly string[])[] = [];
  let start = 0;
  for (let i = 0; i <= tokens.length; i++) {
    const ends = i === tokens.length || (tokens[i] === ";" && !isInTrigger(tokens, start, i));
    if (!ends) continue;
    if (i > start) statements.push(tokens.slice(start, i));
    start = i + 1;
  }
  return statements;
}

/** A trigger's body holds semicolons of its own; only the one after `; END` closes the trigger. */
function isInTrigger(tokens: readonly string[], start: number, semicolon: number): boolean {
  if (!TRIGGER.test(`${tokens.slice(start, start + 3).join(" ")} `.toUpperCase())) return false;
  return !(tokens[semicolon - 1]!.toUpperCase() === "END" && tokens[semicolon - 2] === ";");
}

function kindOf(statement: readonly string[]): SqlKind {
  const first = statement[0]?.toUpperCase() ?? "";
  // A common table expression may lead into any statement. Taking the lock once too often, because
  // of the function replace() for instance, is harmless; not taking it is not.
  const changes = first === "WITH" && statement.some((token) => CHANGES.has(token.toUpperCase()));
  return changes ? "write" : (KINDS[first] ?? "write");
}
