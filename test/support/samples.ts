import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The folder of sample files beside the checkout, or beside the folder of its work trees. It is not
 * part of the project. Tests that need it are skipped without it, and print so.
 */
export function samplesFolder(name: string): string | undefined {
  const root = new URL("../..", import.meta.url).pathname;
  const places = ["../shared/samples", "../../shared/samples"];
  const found = places.map((place) => join(root, place, name)).find(existsSync);
  if (found === undefined)
    console.warn(`Skipped: there is no shared/samples/${name} beside the checkout.`);
  return found;
}

export function sampleText(folder: string, name: string): string {
  return readFileSync(join(folder, name), "utf8");
}
