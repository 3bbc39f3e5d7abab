import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSqldServer } from "../../provisioning/cli/sqld-server.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

test.runIf(hasSqld)(
  "the server starts with any key, and shows it to nobody beside it",
  async () => {
    const first = await startSqld();
    const dir = join(first.dataDir, "..");
    await first.kill();
    // One key in 64 begins with a dash, which would be read as an argument.
    await writeFile(join(dir, "admin-key"), "-Nr0fAnOptionOfTheServers");
    const second = await startSqldServer({ dir, port: first.port, adminPort: first.adminPort });
    try {
      const asked = (key: string) =>
        fetch(`${second.adminUrl}/v1/namespaces/none/config`, {
          headers: { authorization: `Basic ${key}` },
        });
      expect((await asked(second.adminKey)).status).toBe(404);
      expect((await asked(first.adminKey)).status).toBe(401);
      const line = await readFile(`/proc/${second.child.pid}/cmdline`, "utf8");
      expect(line).toContain("--admin-listen-addr");
      expect(line).not.toContain(second.adminKey);
    } finally {
      second.child.kill("SIGKILL");
      // The server's own keys are beside the databases.
      for (const key of ["admin-key", "private-key.pem"]) await rm(join(dir, key));
      await removeSearched(dir);
    }
  },
);

test.runIf(hasSqld)("a server that cannot start says why", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const other = await startSqld();
  try {
    const dir = join(other.dataDir, "../second");
    const started = startSqldServer({ dir, port, adminPort: other.adminPort });
    await expect(started).rejects.toThrow(/Address already in use/);
  } finally {
    taken.close();
    await other.stop();
  }
});
