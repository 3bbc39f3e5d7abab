/** What must be known of a statement's text before it may run. Names nothing of any schema. */
export interface SqlFacts {
  /** How many statements the text holds; comments and stray semicolons are none. */
  readonly statements: number;
  /** How many values it wants: every `?`, or the highest `?n`. */
  readonly parameters: number;
  /** It uses `:name`, `@name` or `$name`, for which we have no values. */
  readonly named: boolean;
  /**
   * `write` needs the write lock, `read` never changes anything, `session` speaks to the connection
   * itself (PRAGMA, VACUUM), `banned` would change what a shared connection is in the middle of
   * (BEGIN, COMMIT, SAVEPOINT) or which files it reaches (ATTACH).
   */
  readonly kind: "read" | "write" | "session" | "banned";
}

// A doubled quote inside a literal reads as two literals side by side, which is all the same here.
const TOKEN =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\?\d*|[:@$#][\w$\u0080-\uffff]+|\d[\w.]*|\s+|[^]/gy;

const READS = new Set(["SELECT", "VALUES", "EXPLAIN"]);
const SESSION = new Set(["PRAGMA", "VACUUM"]);
const BANNED = new Set(
  ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"].concat("ATTACH", "DETACH"),
);
const CHANGES = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE"]);

/** Reads SQL text just far enough to tell its statements apart, trigger bodies included. */
export function readSql(sql: string): SqlFacts {
  let statements = 0;
  let parameters = 0;
  let named = false;
  let kind: SqlFacts["kind"] | undefined;
  let words: string[] = [];
  let tokens = 0;
  let inTrigger = false;
  let bodyMayEnd = false;
  for (const [token] of sql.matchAll(TOKEN)) {
    if (isBlank(token)) continue;
    if (token === ";" && (!inTrigger || bodyMayEnd)) {
      tokens = 0;
      words = [];
      inTrigger = bodyMayEnd = false;
      continue;
    }
    if (tokens++ === 0) statements++;
    if (token === ";") {
      // Inside a trigger only `; END` followed by a semicolon or the end of the text closes it.
      words = [";"];
      continue;
    }
    const word = token.toUpperCase();
    if (inTrigger) bodyMayEnd = word === "END" && words[0] === ";" && words.length === 1;
    else inTrigger = word === "TRIGGER" && words[0] === "CREATE" && words.length <= 2;
    // Enough words to recognise CREATE TEMP TRIGGER and a trigger's END; the rest says nothing.
    if (words.length < 3) words.push(word);
    if (tokens === 1) kind ??= kindOf(word);
    else if (kind === "read" && CHANGES.has(word) && /^\s*with\b/i.test(stripped(sql))) {
      kind = "write";
    }
    if (token[0] === "?") parameters = token === "?" ? parameters + 1 : Math.max(parameters, Number(token.slice(1)));
    else if (/^[:@$#]./.test(token)) named = true;
  }
  return { statements, parameters, named, kind: kind ?? "read" };
}
