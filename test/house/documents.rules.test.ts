import { describe, expect, test } from "vitest";
import { Tree } from "./tree.ts";

const tree = Tree.ofProject();

/** The first cells of a Markdown table below a heading, as the names in backticks. */
function namesInTable(document: string, heading: string): string[] {
  const below = tree.text(document).split(`## ${heading}`)[1]!.split("\n## ")[0]!;
  const cells = [...below.matchAll(/^\| ((?:`[^`]+`(?:, )?)+)/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

describe("the documents say what the code is", () => {
  test("README's map names every folder of the project, and no other", () => {
    const mapped = namesInTable("README.md", "Where things are");
    const folders = tree.paths
      .map((path) => /^(src\/[a-z-]+|[a-z-]+(?=\/))/.exec(path)?.[0])
      .filter(
        (folder) => folder !== undefined && tree.paths.some((p) => p.startsWith(`${folder}/`)),
      );
    const parents = new Set(["src"]);
    const expected = [...new Set(folders)].filter((folder) => !parents.has(folder!)).sort();
    expect(mapped.sort()).toEqual(expected);
  });

  test("the states of a guild are the ones in its table", () => {
    const type = /export type GuildStatus =([^;]+);/.exec(tree.text("src/platform/schema.ts"))![1]!;
    const inCode = [...type.matchAll(/"(\w+)"/g)].map(([, name]) => name!).sort();
    const documented = namesInTable("provisioning/DESIGN.md", "States of a guild").sort();
    expect(documented).toEqual(inCode);
  });
});
