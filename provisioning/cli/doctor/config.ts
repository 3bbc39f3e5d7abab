import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { describeConfig } from "../../../src/config.ts";
import { readSecretFiles } from "../../../src/node/secret-files.ts";
import { EXIT, Output, table } from "../output.ts";
import { exposed } from "./folder.ts";
import { examinePlatform } from "./platform.ts";

/** Checks the environment, then the platform that it names. */
export async function examine(options: {
  readonly json?: boolean;
  readonly quiet?: boolean;
}): Promise<void> {
  const out = new Output(options);
  const secrets = readSecretFiles(process.env);
  const variables = describeConfig(secrets.env);
  const folder = resolve(process.env["DATA_DIR"] ?? "data");
  const folderFault = await writable(folder);
  const faults = [
    ...secrets.faults.map(({ name, message }) => `${name}: ${message}`),
    ...variables.flatMap(({ name, fault }) => (fault === null ? [] : [`${name}: ${fault}`])),
    ...(folderFault === null ? [] : [`DATA_DIR: ${folderFault}`]),
  ];
  const findings = [
    ...exposed(folder, process.env["BACKUP_DIR"]),
    ...(await examinePlatform(folder)),
  ];
  const isWell = faults.length === 0 && findings.length === 0;
  const observed = observedBy(secrets.env);
  out.result({ variables, folder, observed, faults, findings }, () =>
    [
      table(
        ["variable", "is", "meaning"],
        variables.map(({ name, state, meaning }) => [name, state, meaning]),
      ),
      `Metrics: ${observed.metrics}\nTracing: ${observed.tracing}`,
      faults.length === 0
        ? "Everything that has to be set is set."
        : `To do:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      ...findings.map(({ finding, next }) => `${finding}\nTry:   ${next}`),
    ].join("\n\n"),
  );
  process.exitCode = isWell ? EXIT.done : EXIT.drift;
}

/** Whether servers with this environment have metrics and traces. */
function observedBy(env: Readonly<Record<string, string | undefined>>) {
  const address = env["METRICS_ADDRESS"];
  const token = env["METRICS_TOKEN"] ? ", for the holder of METRICS_TOKEN" : "";
  const place = address ? `on, at ${address}` : "on, at PUBLIC_URL/metrics";
  const collector = env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  return {
    metrics:
      address || token
        ? `${place}${token}`
        : "off (METRICS_ADDRESS or METRICS_TOKEN turns them on)",
    tracing: collector ? `on, to ${collector}` : "off (OTEL_EXPORTER_OTLP_ENDPOINT turns it on)",
  };
}

/** Checks without creating anything: a mistyped folder must not be created. */
async function writable(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK);
    return null;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (isMissing)
      return `${folder} is not there. Name another folder, or make a platform: guildhall init`;
    return `${folder} cannot be written. Name another folder, or change whose it is.`;
  }
}
