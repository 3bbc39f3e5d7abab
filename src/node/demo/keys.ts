import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A key of a demo, made at its first start and stored beside the data that it seals or signs. After the next
 * start the guilds' connections still work, and the audit logs still verify.
 */
export async function ownKey(dir: string, file: string, make: () => string): Promise<string> {
  const path = join(dir, file);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFile(path, make(), { mode: 0o600, flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  return await readFile(path, "utf8");
}
