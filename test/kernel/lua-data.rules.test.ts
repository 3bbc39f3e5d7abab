import fc from "fast-check";
import { type Expression, parse } from "luaparse";
import { expect, test } from "vitest";
import { LuaDataError, readLuaData } from "../../src/kernel/lua-data.ts";

type Value = string | number | boolean | readonly Value[];

/** A value as Lua source. Texts have only characters that both readers read the same. */
function source(value: Value): string {
  if (typeof value === "object") return `{ ${value.map(source).join(", ")} }`;
  return typeof value === "string" ? `"${value}"` : String(value);
}

/** The value of an expression that another parser of Lua has read. Undefined for what is no data. */
function parsedValue(node: Expression): unknown {
  if (node.type === "StringLiteral") return node.raw.slice(1, -1);
  if (node.type === "NumericLiteral" || node.type === "BooleanLiteral") return node.value;
  if (node.type === "UnaryExpression" && node.operator === "-")
    return -Number(parsedValue(node.argument));
  if (node.type !== "TableConstructorExpression") return undefined;
  return new Map(node.fields.map((field, at) => [at + 1, parsedValue(field.value)]));
}

const values = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.stringMatching(/^[a-zA-Z0-9 ,;{}[\]=-]{0,12}$/),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
  ),
})).value;

test("files of addons read the same as another parser of Lua reads them", () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = `DB = ${source(value)}`;
      const [statement] = parse(text).body;
      if (statement?.type !== "AssignmentStatement") throw new Error("no assignment");
      expect(readLuaData(text).get("DB")).toEqual(parsedValue(statement.init[0]!));
    }),
  );
});

test("damaged files end with an error that names the place, whatever was cut out", () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.string({ maxLength: 3 }), (value, at, inserted) => {
      const text = `DB = ${source(value)}`;
      const place = at % text.length;
      try {
        readLuaData(text.slice(0, place) + inserted + text.slice(place + 1));
      } catch (error) {
        expect(error).toBeInstanceOf(LuaDataError);
      }
    }),
  );
});
