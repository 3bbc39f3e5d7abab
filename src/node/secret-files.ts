import { readFileSync, statSync } from "node:fs";
import { SECRET_NAMES } from "../config-secrets.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with one `…_FILE` variable, and what to do. The path is shown, the content never. */
export interface SecretFileFault {
  readonly name: string;
  readonly message: string;
}

/** Secrets are keys and addresses. A larger file is another one. */
const BYTES_MAX = 64 * 1024;
/** What accounts that are neither the owner nor of the group may do: read or write. */
const OTHERS = 0o006;

/**
 * The environment with the secrets that `…_FILE` variables name, as Docker and Kubernetes mount them. A
 * faulty one is left out and listed. One line break at the end of a file does not count.
 */
export function readSecretFiles(env: Environment): {
  readonly env: Environment;
  readonly faults: readonly SecretFileFault[];
} {
  const found: Record<string, string | undefined> = { ...env };
  const faults: SecretFileFault[] = [];
  for (const secret of SECRET_NAMES) {
    const name = `${secret}_FILE`;
    const path = env[name];
    if (!path) continue;
    found[name] = undefined;
    const fault = env[secret] ? `${secret} is set too. Keep one of the two.` : faultOf(path);
    if (fault === undefined) found[secret] = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    else faults.push({ name, message: fault });
  }
  return { env: found, faults };
}

/** @throws {Error} naming every faulty variable and what to do */
export function withSecretFiles(env: Environment): Environment {
  const read = readSecretFiles(env);
  if (read.faults.length === 0) return read.env;
  const lines = read.faults.map(({ name, message }) => `  ${name}: ${message}`);
  throw new Error(`The secrets cannot be read:\n${lines.join("\n")}`);
}

function faultOf(path: string): string | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile()) return `${path} is no file. Name the file that holds the secret.`;
    // Windows has no such bits.
    if (process.platform !== "win32" && (found.mode & OTHERS) !== 0) {
      return (
        `Every account of this machine may read or change ${path}. Type: chmod o-rw ${path}, or mount it ` +
        "with mode 0400 (Docker: mode, Kubernetes: defaultMode)."
      );
    }
    if (found.size > BYTES_MAX) return `${path} is larger than any secret. Name another file.`;
    if (readFileSync(path, "utf8").trim() === "")
      return `${path} is empty. Put the secret into it.`;
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return `There is no file ${path}. Make it, or mount it there.`;
    if (code === "EACCES")
      return `The server's account may not read ${path}. Give it the right to.`;
    return `${path} cannot be read (${code ?? "unknown"}).`;
  }
}
