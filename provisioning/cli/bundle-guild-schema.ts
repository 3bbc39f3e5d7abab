import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { guildFileSchema } from "../../src/platform/declared/guild-file.ts";
import { ROOT } from "./built-from.ts";

// Writes the JSON Schema of guild files, which editors and other programs read.
const text = `${JSON.stringify(guildFileSchema(), null, 2)}\n`;
await writeFile(join(ROOT, "provisioning/guild.schema.json"), text);
