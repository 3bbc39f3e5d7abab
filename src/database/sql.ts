/** What must be known about a statement's text before it may run. Independent of any schema. */
export interface SqlFacts {
  /** The number of statements in the text. Comments and stray semicolons do not count. */
  readonly statements: number;
  /** The number of values: every `?`, or the highest `?n`. */
  readonly parameters: number;
  /** True if it uses `:name`, `@name` or `$name`, which we have no values for. */
  readonly named: boolean;
  /**
   * `write` needs the write lock, `read` changes nothing, `session` configures the connection (PRAGMA,
   * VACUUM), `banned` would leave a shared connection inside a transaction (BEGIN, COMMIT, SAVEPOINT) or
   * give it access to another file (ATTACH).
   */
  readonly kind: SqlKind;
}

export type SqlKind = "read" | "write" | "session" | "banned";

// A doubled quote inside a literal reads as two adjacent literals, which makes no difference here.
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

/** Reads SQL text just far enough to separate its statements, trigger bodies included. */
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

/** A trigger's body has semicolons; only the one after `; END` ends the trigger. */
function isInTrigger(tokens: readonly string[], start: number, semicolon: number): boolean {
  if (!TRIGGER.test(`${tokens.slice(start, start + 3).join(" ")} `.toUpperCase())) return false;
  return !(tokens[semicolon - 1]!.toUpperCase() === "END" && tokens[semicolon - 2] === ";");
}

function kindOf(statement: readonly string[]): SqlKind {
  const first = statement[0]?.toUpperCase() ?? "";
  // Any statement may follow a common table expression. Taking the lock without need, for example because
  // of the function replace(), is harmless; missing it is not.
  const changes = first === "WITH" && statement.some((token) => CHANGES.has(token.toUpperCase()));
  return changes ? "write" : (KINDS[first] ?? "write");
}
