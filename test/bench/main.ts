import { writeSync } from "node:fs";
import { benches } from "./benches.ts";

/** One figure and its floor. Compare `ratio`: the machine is shared and noisy. */
export interface Figure {
  readonly bench: string;
  readonly variant: string;
  readonly n: number;
  readonly unit: string;
  readonly ours: number;
  readonly floor: number | null;
  readonly ratio: number | null;
}

const args = process.argv.slice(2);
const json = args.includes("--json");
const wanted = args.filter((arg) => !arg.startsWith("--"));
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(
    `No such bench: ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}`,
  );
  process.exit(2);
}
if (!json) print(["bench", "variant", "n", "ours", "floor", "ratio"]);
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await run()) {
    if (json) writeSync(1, `${JSON.stringify(figure)}\n`);
    else {
      const { bench, variant, n, unit, ours, floor, ratio } = figure;
      const shown = (value: number | null) =>
        value === null ? "–" : `${value.toFixed(2)} ${unit}`;
      print([bench, variant, String(n), shown(ours), shown(floor), ratio?.toFixed(2) ?? "–"]);
    }
  }
}
process.exit(0);

function print(cells: readonly string[]): void {
  const widths = [16, 30, 9, 20, 20, 6];
  console.log(cells.map((cell, i) => cell.padEnd(widths[i]!)).join(""));
}
