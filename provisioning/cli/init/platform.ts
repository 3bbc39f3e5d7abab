import { AppError } from "../../../src/kernel/errors.ts";
import { platformThere } from "../../platform-errors.ts";
import { EXIT, Output } from "../output.ts";
import { closeServices, openServices } from "../run.ts";

/** Describes what `init` would do. Does not contact the servers and stores of the configuration. */
export async function describeInit(options: {
  readonly json?: boolean;
  readonly quiet?: boolean;
}): Promise<void> {
  const out = new Output(options);
  const would = "make a new platform where the configuration says";
  try {
    const services = await openServices();
    await closeServices(services);
    throw platformThere(services.config.dataDir);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "platform/not-found") {
      process.exitCode = out.failure(error);
      return;
    }
    out.result({ dryRun: true, would }, () => `It would ${would}.`);
    process.exitCode = EXIT.done;
  }
}
