import { execFile } from "node:child_process";
import { seen } from "./secrets/seen.ts";

export interface End {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the bundled command line on a data folder, as an operator's shell would. */
export function runCli(
  main: string,
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<End> {
  return new Promise((resolve) => {
    const all = { PATH: process.env["PATH"], DATA_DIR: dir, ...env };
    seen.environment(all);
    execFile(process.execPath, [main, ...args], { env: all }, (error, out, err) => {
      seen.answer(out);
      seen.lines.push(err);
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}
