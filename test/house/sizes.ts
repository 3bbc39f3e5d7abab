import type { Tree } from "./tree.ts";

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
/** The formatter breaks code at 100. It leaves texts, patterns and addresses, which may be this long. */
const LINE_LENGTH_MAX = 160;
const COMMENT_LENGTH_MAX = 110;

/** Files and lines that are too long to read at a glance. */
export function longFiles(tree: Tree): string[] {
  return tree.code(/^(?!.*\/meta\/)/).flatMap((path) => {
    const lines = tree.lines(path);
    const isLong = lines.length > FILE_LINES_MAX + 1;
    const long = lines.flatMap((line, index) => {
      const max = /^\s*(\/\/|\/?\*)/.test(line) ? COMMENT_LENGTH_MAX : LINE_LENGTH_MAX;
      return line.length > max ? [`${path}:${index + 1} has ${line.length} characters`] : [];
    });
    return isLong ? [`${path} has ${lines.length} lines`, ...long] : long;
  });
}

/** The head of a declared function, a function held by a constant, or a method. */
const HEAD = [
  String.raw`(?:async )?function\*? ?[\w$]*`,
  String.raw`const [\w$]+(?:: .*)? = (?:async )?(?:\(.*|[\w$]+ =>)`,
  String.raw`(?:static |async |get |set |override )*[#\w$]+(?:<.*>)?\((?!.*\);$)`,
].join("|");
const OPENS = new RegExp(String.raw`^(\s*)(?:export )?(?:default )?(?:${HEAD})`);

/** Functions and methods of more than 70 lines. Reads what the formatter leaves: bodies are indented. */
export function longFunctions(tree: Tree): string[] {
  return tree.product().flatMap((path) => {
    const lines = tree.lines(path);
    const found: string[] = [];
    lines.forEach((line, start) => {
      const indent = OPENS.exec(line)?.[1];
      if (
        indent === undefined ||
        /^\s*(if|for|while|switch|return|await|describe|test)\b/.test(line)
      )
        return;
      const end = closingLine(lines, start, indent);
      const length = end - start + 1;
      if (length > FUNCTION_LINES_MAX) found.push(`${path}:${start + 1} has ${length} lines`);
    });
    return found;
  });
}

/** The line of a body's closing brace: the first one at the indentation of its head. */
function closingLine(lines: readonly string[], start: number, indent: string): number {
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (line === "" || line.startsWith(`${indent} `)) continue;
    // `): Promise<void> {` and `} = options) {` end the head, not the body.
    if (line.startsWith(indent) && /^[)}\]].*[{(]$/.test(line.slice(indent.length))) continue;
    return index;
  }
  return lines.length;
}
