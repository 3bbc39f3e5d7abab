import { AppError } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { EXIT, Output } from "../output.ts";
import { closeServices, openServices } from "../run.ts";

/** Reports the migrations that ran when the platform was opened for this command. */
export async function reportUpgrade(services: NodeServices, out: Output): Promise<number> {
  const { applied, convertedPlaces, copy } = services.platformUpgrade ?? {
    ...{ applied: [], convertedPlaces: 0, copy: null },
  };
  out.result({ applied, convertedPlaces, copy }, () =>
    copy === null
      ? "The platform is as this release needs it. Nothing to do."
      : [
          `The platform is as this release needs it: ${applied.length} migrations, ` +
            `${convertedPlaces} places of guilds.`,
          `Before that it was copied to ${copy} in the backup store.`,
        ].join("\n"),
  );
  return EXIT.done;
}

/** Reports pending migrations without changing anything. */
export async function describeUpgrade(options: {
  readonly json?: boolean;
  readonly quiet?: boolean;
}): Promise<void> {
  const out = new Output(options);
  try {
    const services = await openServices();
    await closeServices(services);
    const would = "do nothing: the platform is as this release needs it";
    out.result({ dryRun: true, would }, () => `It would ${would}.`);
    process.exitCode = EXIT.done;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "platform/behind") {
      process.exitCode = out.failure(error);
      return;
    }
    const pending = (error.details["pending"] ?? []) as readonly string[];
    const would =
      `copy the platform, apply ${pending.length === 0 ? "no migration" : pending.join(", ")}, ` +
      `and take the machine's path out of ${Number(error.details["oldPlaces"])} guilds' places`;
    out.result({ dryRun: true, would }, () => `It would ${would}.`);
    process.exitCode = EXIT.done;
  }
}
