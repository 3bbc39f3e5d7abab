import { execFile } from "node:child_process";
import { failureShape, shapes } from "../../provisioning/cli/shapes/index.ts";
import { seen } from "./secrets/seen.ts";

export interface End {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs the bundled command line on a data folder, as an operator's shell would. In every test, its
 * `--json` output has to match the documented shape.
 */
export async function runCli(
  main: string,
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<End> {
  const end = await new Promise<End>((resolve) => {
    const all = { PATH: process.env["PATH"], DATA_DIR: dir, ...env };
    seen.environment(all);
    execFile(process.execPath, [main, ...args], { env: all }, (error, out, err) => {
      seen.answer(out);
      seen.lines.push(err);
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
  if (args.includes("--json")) holdAgainstShape(args, end);
  return end;
}

/** @throws {ZodError} that names each field that is not in the documented shape, or differs from it */
export function holdAgainstShape(args: readonly string[], { out, err }: End): void {
  const name = [args.slice(0, 2).join(" "), args[0]!].find((one) => one in shapes);
  if (name === undefined) throw new Error(`No shape is documented for ${args.join(" ")}`);
  if (out !== "") shapes[name]!.parse(JSON.parse(out));
  for (const line of err.split("\n")) {
    if (line.startsWith("{")) failureShape.parse(JSON.parse(line));
  }
}
