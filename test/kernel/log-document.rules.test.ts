import { expect, test } from "vitest";
import { Tree } from "../house/tree.ts";

const tree = Tree.ofProject();

const CALL = /\b(?:log|early)(?:\.(?:debug|info|warn|error)|\[\w+\])\(\s*(?:"([^"]+)"|`([^`]+)`)/g;

/** The names of events in the code; a part that is made up when it runs is `*`. */
function eventsInCode(): readonly string[] {
  const found = new Set<string>();
  for (const path of tree.product()) {
    for (const [, plain, built] of tree.text(path).matchAll(CALL)) {
      found.add(plain ?? built!.replaceAll(/\$\{[^}]*\}/g, "*"));
    }
  }
  return [...found];
}

function eventsInDocument(): readonly string[] {
  const table = tree.text("provisioning/monitoring/LOG.md").split("## Events")[1]!;
  const cells = [...table.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

const fits = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

test("the document of the log lists every event of the code, and no other", () => {
  const [code, document] = [eventsInCode(), eventsInDocument()];
  expect(code.length).toBeGreaterThan(40);
  expect(code.filter((pattern) => !document.some((name) => fits(pattern, name)))).toEqual([]);
  expect(document.filter((name) => !code.some((pattern) => fits(pattern, name)))).toEqual([]);
  expect(document.filter((name, at) => document.indexOf(name) !== at)).toEqual([]);
});
