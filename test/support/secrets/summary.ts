import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The file to which every test file appends a line. */
    searched: string;
  }
}

/** Prints at the end of a run how much was searched, and for how many secrets. */
export default function summary(project: TestProject): () => void {
  const dir = mkdtempSync(join(tmpdir(), "guildhall-searched-"));
  const path = join(dir, "counts");
  writeFileSync(path, "");
  project.provide("searched", path);
  return () => {
    const total: Record<string, number> = {};
    for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
      for (const [name, count] of Object.entries(JSON.parse(line) as Record<string, number>)) {
        total[name] = (total[name] ?? 0) + count;
      }
    }
    rmSync(dir, { recursive: true });
    const { databases, files, letters, lines, answers, secrets } = total;
    console.log(
      `Searched for ${secrets} secrets: ${databases} databases, ${files} other files, ` +
        `${letters} letters, ${lines} log lines and ${answers} answers.`,
    );
  };
}
