/** What a statement may do to data that is there. */
export type Risk =
  /** Data goes, or an old release can no longer read it. An operator allows it, and a copy is kept. */
  | "destructive"
  /** It fails where the data does not allow it: two equal values, an empty one. */
  | "may-fail"
  /** It touches every row of a table, which takes as long as the table is large. */
  | "rewrites"
  | "adds";

export interface PlannedStatement {
  readonly migration: string;
  readonly sql: string;
  readonly risk: Risk;
  readonly why: string;
}

/** As much of a migration as its statements are. */
interface Statements {
  readonly name: string;
  readonly statements: readonly string[];
}

type Finding = Pick<PlannedStatement, "risk" | "why">;

/** What the statements before this one have made. It is empty, so nothing in it can be lost. */
interface Made {
  readonly tables: Set<string>;
  /** `TABLE.COLUMN` */
  readonly columns: Set<string>;
}

const ADDS: Finding = { risk: "adds", why: "" };
const destructive = (why: string): Finding => ({ risk: "destructive", why });
const rewrites = (why: string): Finding => ({ risk: "rewrites", why });

/** Does one of these statements take data away? Reads text, touches nothing. */
export function takesDataAway(migration: Statements): boolean {
  return planStatements([migration]).some(({ risk }) => risk === "destructive");
}

/** Every statement of the pending migrations with what it may do. Reads text, touches nothing. */
export function planStatements(pending: readonly Statements[]): readonly PlannedStatement[] {
  return pending.flatMap(({ name, statements }) => {
    const made: Made = { tables: new Set(), columns: new Set() };
    const texts = statements.map(plain);
    return statements.map((sql, index) => {
      const found = riskOf(texts[index]!, made, texts);
      note(texts[index]!, made);
      return { migration: name, sql, ...found };
    });
  });
}

/**
 * The first rule that fits decides. A statement that no rule knows counts as destructive: a release
 * that is wrong about it costs a copy and a confirmation, not a guild's data.
 */
const RULES: readonly (readonly [
  pattern: RegExp,
  finding: (text: string, made: Made, all: readonly string[]) => Finding,
])[] = [
  [/^CREATE UNIQUE INDEX\b/, onOld({ risk: "may-fail", why: "fails where two rows are equal" })],
  [/^CREATE INDEX\b/, onOld(rewrites("every row is read"))],
  [/^CREATE (?:TEMP |TEMPORARY )?TRIGGER\b/, triggerRisk],
  [/^CREATE (?:VIRTUAL )?TABLE\b/, () => ADDS],
  [/^CREATE VIEW\b/, () => ADDS],
  [/^ALTER TABLE \S+ ADD\b/, additionRisk],
  [/^ALTER TABLE \S+ DROP\b/, () => destructive("a column and its values go")],
  [/^ALTER TABLE \S+ RENAME\b/, () => destructive("an old release looks for the old name")],
  [/^DROP TABLE\b/, onOld(destructive("a table and its rows go"))],
  [/^DROP INDEX\b/, () => ADDS],
  [/^DROP TRIGGER\b/, droppedTriggerRisk],
  [/^DROP VIEW\b/, () => destructive("what reads it no longer can")],
  [/^DELETE FROM\b/, onOld(destructive("rows go"))],
  [/^(?:REPLACE|INSERT OR REPLACE) INTO\b/, onOld(destructive("rows are replaced"))],
  [/^INSERT\b.* DO UPDATE\b/, onOld(destructive("rows are overwritten"))],
  [/^INSERT\b.*\bSELECT\b/, onOld(rewrites("rows are copied"))],
  [/^INSERT\b/, () => ADDS],
  [/^UPDATE\b/, updateRisk],
  [/^(?:SELECT|VALUES|ANALYZE|REINDEX)\b/, () => ADDS],
  [/^PRAGMA (?:DEFER_)?FOREIGN_KEYS\b/, () => ADDS],
];

function riskOf(text: string, made: Made, all: readonly string[]): Finding {
  const rule = RULES.find(([pattern]) => pattern.test(text));
  return rule ? rule[1](text, made, all) : destructive("it is not known to keep what is there");
}

/** The same on a table that the migration itself has made reads nothing and loses nothing. */
function onOld(finding: Finding): (text: string, made: Made) => Finding {
  return (text, made) => {
    const table = /\b(?:ON|FROM|TABLE|INTO) (?:IF EXISTS )?([^\s(;]+)/.exec(text)?.[1];
    const isRebuilt = table?.startsWith("__NEW_") === true && finding.risk !== "destructive";
    return table !== undefined && made.tables.has(table) && !isRebuilt ? ADDS : finding;
  };
}

function additionRisk(text: string): Finding {
  const isRequired = /\bNOT NULL\b/.test(text) && !/\bDEFAULT\b/.test(text);
  return isRequired ? destructive("a column that must not be empty has no default") : ADDS;
}

/** A trigger runs when the next row is written, which may be in the same migration. */
function triggerRisk(text: string, _made: Made, all: readonly string[]): Finding {
  const body = /\bBEGIN\b(.*)$/.exec(text)?.[1] ?? "";
  if (/\bDELETE FROM\b|\bREPLACE INTO\b|\bOR REPLACE\b/.test(body)) {
    return destructive("it takes rows away whenever it runs");
  }
  const isFired = all.some((one) => /^(?:INSERT|UPDATE|DELETE|REPLACE|WITH)\b/.test(one));
  return isFired && /\bUPDATE\b/.test(body) ? destructive("it overwrites values at once") : ADDS;
}

function droppedTriggerRisk(text: string, _made: Made, all: readonly string[]): Finding {
  const name = /^DROP TRIGGER (?:IF EXISTS )?([^\s;]+)/.exec(text)?.[1];
  const isMadeAgain = all.some(
    (one) => /^CREATE TRIGGER (?:IF NOT EXISTS )?(\S+)/.exec(one)?.[1] === name,
  );
  return isMadeAgain
    ? { risk: "adds", why: "it is made again at once" }
    : destructive("what it guarded is no longer guarded");
}

/** To fill a column that is new loses nothing; to write over one that was there may. */
function updateRisk(text: string, made: Made): Finding {
  const [, table = "", rest = ""] =
    /^UPDATE (?:OR \S+ )?(\S+) (?:AS \S+ )?SET (.*)$/.exec(text) ?? [];
  if (made.tables.has(table)) return ADDS;
  const columns = assignedIn(rest);
  const isFilling =
    columns.length > 0 && columns.every((column) => made.columns.has(`${table}.${column}`));
  return isFilling ? rewrites("a new column is filled") : destructive("values are overwritten");
}

/** The columns that stand before an equals sign of `SET …`, up to `FROM` or `WHERE`. */
function assignedIn(text: string): readonly string[] {
  let flat = text;
  for (let before = ""; before !== flat; ) {
    before = flat;
    // What an expression has in brackets assigns nothing; a bracket of columns stands before "=".
    flat = flat.replace(/\(([^()]*)\)(\s*=)?/g, (_, inner: string, equals: string | undefined) =>
      equals === undefined ? " _ " : `${inner.replaceAll(",", " = _ ,")} =`,
    );
  }
  const assignments = flat.split(/\b(?:FROM|WHERE|RETURNING)\b/)[0]!.split(",");
  return assignments.map((one) => one.split("=")[0]!.trim());
}

function note(text: string, made: Made): void {
  // "IF NOT EXISTS" may find a table that is there already, with its rows.
  const table = /^CREATE TABLE (?!IF NOT EXISTS\b)([^\s(]+)/.exec(text)?.[1];
  if (table) made.tables.add(table);
  const [, of, column] = /^ALTER TABLE (\S+) ADD (?:COLUMN )?(\S+)/.exec(text) ?? [];
  if (of) made.columns.add(`${of}.${column}`);
}

const PART = /'(?:[^']|'')*'|"([^"]*)"|`([^`]*)`|\[([^\]]*)\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** Upper case, one space, no comments, no quotes, no texts: enough to see what a statement does. */
function plain(sql: string): string {
  return sql
    .replace(PART, (part, ...names: readonly unknown[]) => {
      if (part.startsWith("'")) return "''";
      const name = names.slice(0, 3).find((one) => typeof one === "string");
      return name === undefined ? " " : (name as string).replace(/\W/g, "_");
    })
    .replace(/\s*\.\s*/g, ".")
    .replace(/\s+/g, " ")
    .trim()
    .toUpperCase()
    .replace(/\bMAIN\./g, "");
}
