/** What a statement may do to existing data. */
type Risk =
  /** Removes data, or makes it unreadable for an older release. Requires an operator's consent and a copy. */
  | "destructive"
  /** Fails if the data violates it, for example with duplicate or empty values. */
  | "may-fail"
  /** Rewrites every row of a table, so its duration grows with the table. */
  | "rewrites"
  | "adds";

export interface PlannedStatement {
  readonly migration: string;
  readonly sql: string;
  readonly risk: Risk;
  readonly why: string;
}

/** The part of a migration that is needed here. */
interface Statements {
  readonly name: string;
  readonly statements: readonly string[];
}

type Finding = Pick<PlannedStatement, "risk" | "why">;

/** What earlier statements have created. It is empty, so it has nothing to lose. */
interface Created {
  readonly tables: Set<string>;
  /** `TABLE.COLUMN` */
  readonly columns: Set<string>;
}

const ADDS: Finding = { risk: "adds", why: "" };
const destructive = (why: string): Finding => ({ risk: "destructive", why });
const rewrites = (why: string): Finding => ({ risk: "rewrites", why });

/** Tells whether one of these statements removes data. Reads text only. */
export function takesDataAway(migration: Statements): boolean {
  return planStatements([migration]).some(({ risk }) => risk === "destructive");
}

/**
 * Tells whether none of these statements can leave a reference to a row that is not there: they only make
 * tables, columns without references, indexes, triggers and views. Reads text only.
 */
export function keepsKeys(statements: readonly string[]): boolean {
  return statements
    .map(plain)
    .every((text) => KEEPS_KEYS.test(text) && !/^ALTER\b.*\bREFERENCES\b/.test(text));
}

const KEEPS_KEYS =
  /^(?:CREATE (?:UNIQUE )?(?:INDEX|TABLE|TRIGGER|VIEW)\b(?!.*\bAS SELECT\b)|ALTER TABLE \S+ ADD\b|DROP (?:INDEX|TRIGGER)\b)/;

/** Every statement of the pending migrations with its risk. Reads text only. */
export function planStatements(pending: readonly Statements[]): readonly PlannedStatement[] {
  return pending.flatMap(({ name, statements }) => {
    const made: Created = { tables: new Set(), columns: new Set() };
    const texts = statements.map(plain);
    return statements.map((sql, index) => {
      const found = riskOf(texts[index]!, made, texts);
      note(texts[index]!, made);
      return { migration: name, sql, ...found };
    });
  });
}

/**
 * The first matching rule decides. A statement without a rule counts as destructive: a wrong guess costs a
 * copy and a confirmation, not a guild's data.
 */
const RULES: readonly (readonly [
  pattern: RegExp,
  finding: (text: string, made: Created, all: readonly string[]) => Finding,
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

function riskOf(text: string, made: Created, all: readonly string[]): Finding {
  const rule = RULES.find(([pattern]) => pattern.test(text));
  return rule ? rule[1](text, made, all) : destructive("it is not known to keep what is there");
}

/** No risk on a table that the migration itself has created: it reads and loses nothing. */
function onOld(finding: Finding): (text: string, made: Created) => Finding {
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

/** A trigger runs at the next write, which may be in the same migration. */
function triggerRisk(text: string, _made: Created, all: readonly string[]): Finding {
  const body = /\bBEGIN\b(.*)$/.exec(text)?.[1] ?? "";
  if (/\bDELETE FROM\b|\bREPLACE INTO\b|\bOR REPLACE\b/.test(body)) {
    return destructive("it takes rows away whenever it runs");
  }
  const isFired = all.some((one) => /^(?:INSERT|UPDATE|DELETE|REPLACE|WITH)\b/.test(one));
  return isFired && /\bUPDATE\b/.test(body) ? destructive("it overwrites values at once") : ADDS;
}

function droppedTriggerRisk(text: string, _made: Created, all: readonly string[]): Finding {
  const name = /^DROP TRIGGER (?:IF EXISTS )?([^\s;]+)/.exec(text)?.[1];
  const isMadeAgain = all.some(
    (one) => /^CREATE TRIGGER (?:IF NOT EXISTS )?(\S+)/.exec(one)?.[1] === name,
  );
  return isMadeAgain
    ? { risk: "adds", why: "it is made again at once" }
    : destructive("what it guarded is no longer guarded");
}

/** Filling a new column loses nothing; overwriting an existing one may. */
function updateRisk(text: string, made: Created): Finding {
  const [, table = "", rest = ""] =
    /^UPDATE (?:OR \S+ )?(\S+) (?:AS \S+ )?SET (.*)$/.exec(text) ?? [];
  if (made.tables.has(table)) return ADDS;
  const columns = assignedIn(rest);
  const isFilling =
    columns.length > 0 && columns.every((column) => made.columns.has(`${table}.${column}`));
  return isFilling ? rewrites("a new column is filled") : destructive("values are overwritten");
}

/** The columns before the equals signs of `SET …`, up to `FROM` or `WHERE`. */
function assignedIn(text: string): readonly string[] {
  let flat = text;
  for (let before = ""; before !== flat; ) {
    before = flat;
    // Brackets in an expression assign nothing; a bracket of columns is followed by "=".
    flat = flat.replace(/\(([^()]*)\)(\s*=)?/g, (_, inner: string, equals: string | undefined) =>
      equals === undefined ? " _ " : `${inner.replaceAll(",", " = _ ,")} =`,
    );
  }
  const assignments = flat.split(/\b(?:FROM|WHERE|RETURNING)\b/)[0]!.split(",");
  return assignments.map((one) => one.split("=")[0]!.trim());
}

function note(text: string, made: Created): void {
  // "IF NOT EXISTS" may find an existing table with rows.
  const table = /^CREATE TABLE (?!IF NOT EXISTS\b)([^\s(]+)/.exec(text)?.[1];
  if (table) made.tables.add(table);
  const [, of, column] = /^ALTER TABLE (\S+) ADD (?:COLUMN )?(\S+)/.exec(text) ?? [];
  if (of) made.columns.add(`${of}.${column}`);
}

const PART = /'(?:[^']|'')*'|"([^"]*)"|`([^`]*)`|\[([^\]]*)\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** Upper case, single spaces, no comments, quotes or texts: enough to recognise a statement. */
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
