import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { describeConfig } from "../../src/config.ts";
import { examinePlatform } from "./doctor-platform.ts";
import { EXIT, examples, JSON_OPTION, Output, table } from "./output.ts";

/** `guildhall doctor`: what is missing or not well, and what to do about it. Shows no secret. */
export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look at the configuration and the platform, and say what is wrong and what to do")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall doctor", "guildhall doctor --json"))
    .action(examineConfig);
}

async function examineConfig(options: { readonly json?: boolean }): Promise<void> {
  const out = new Output(options.json === true);
  const variables = describeConfig(process.env);
  const folder = resolve(process.env["DATA_DIR"] ?? "data");
  const folderFault = await writable(folder);
  const faults = [
    ...variables.flatMap(({ name, fault }) => (fault === null ? [] : [`${name}: ${fault}`])),
    ...(folderFault === null ? [] : [`DATA_DIR: ${folderFault}`]),
  ];
  const findings = await examinePlatform(folder);
  const isWell = faults.length === 0 && findings.length === 0;
  out.result({ variables, folder, faults, findings }, () =>
    [
      table(
        ["variable", "is", "meaning"],
        variables.map(({ name, state, meaning }) => [name, state, meaning]),
      ),
      faults.length === 0
        ? "Everything that has to be set is set."
        : `To do:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      ...findings.map(({ finding, next }) => `${finding}\nTry:   ${next}`),
    ].join("\n\n"),
  );
  process.exitCode = isWell ? EXIT.done : EXIT.drift;
}

async function writable(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return null;
  } catch {
    return `${folder} cannot be written. Name another folder, or change whose it is.`;
  }
}
