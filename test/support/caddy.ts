import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./sqld.ts";

/** Whether Debian's Caddy is on this machine. */
export const hasCaddy = spawnSync("caddy", ["version"]).status === 0;

/**
 * A real Caddy with the project's own `Caddyfile` in front of a server at `port`. Its certificates are its
 * own, because no authority can reach it here.
 */
export async function startCaddy(port: number) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-caddy-"));
  const httpsPort = await freePort();
  const own = `admin off\n\thttp_port ${await freePort()}\n\thttps_port ${httpsPort}
\tlocal_certs\n\tskip_install_trust\n\tstorage file_system ${dir}`;
  const text = await readFile("provisioning/systemd/Caddyfile", "utf8");
  const config = text
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${port}`)
    .replace("{\n", `{\n\t${own}\n`)
    // The DNS plugin of a provider, which gets the wildcard certificate.
    .replace(/\ttls \{\n.*\n\t\tdns .*\n\t\}\n/, "");
  await writeFile(join(dir, "Caddyfile"), config);
  const env = { ...process.env, HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir };
  const child = spawn("caddy", ["run", "--config", join(dir, "Caddyfile")], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await isServing(child.stderr);
  return {
    /** The status and text of a page at a host name. Undefined if there is no certificate for it. */
    page: (host: string, path = "/") => page(httpsPort, host, path),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      // It holds the keys of Caddy, and nothing of the product.
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Resolves when Caddy's log says so. @throws {Error} with the log of a Caddy that ended. */
async function isServing(log: NodeJS.ReadableStream): Promise<void> {
  let text = "";
  const serving = Promise.withResolvers<void>();
  log.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes("serving initial configuration")) serving.resolve();
  });
  log.on("end", () => serving.reject(new Error(`Caddy ended:\n${text}`)));
  await serving.promise;
}

function page(port: number, host: string, path: string) {
  const answer = Promise.withResolvers<{ status: number; text: string } | undefined>();
  const options = { host: "127.0.0.1", port, servername: host, path, headers: { host } };
  const asking = request({ ...options, rejectUnauthorized: false }, async (incoming) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    answer.resolve({ status: incoming.statusCode!, text: Buffer.concat(chunks).toString() });
  });
  // Caddy ends the handshake with an alert.
  asking.on("error", () => answer.resolve(undefined));
  asking.end();
  return answer.promise;
}
