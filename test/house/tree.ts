import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** Files that tools write, or that hold data only. Their length says nothing about reading them. */
const GENERATED = new Set([
  "src/limits.ts",
  "src/web/assets/bundles.ts",
  "src/addon/bundle.ts",
  "platform-migrations/index.ts",
  "tenant-migrations/index.ts",
  "src/platform/accounts/common-passwords.ts",
]);

/** An import of a file: the file that it reaches, and whether it takes types only. */
export interface Import {
  readonly target: string;
  readonly isTypeOnly: boolean;
}

/** The project's files by path from the top. Tests plant files in a copy of it. */
export class Tree {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #imports = new Map<string, readonly Import[]>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  /** Every file that is tracked, or about to be. */
  static ofProject(): Tree {
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const paths = listed.split("\n").filter((path) => path !== "" && existsSync(join(ROOT, path)));
    return new Tree(new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), "utf8")])));
  }

  /** A copy in which these files have these texts. */
  with(planted: Readonly<Record<string, string>>): Tree {
    return new Tree(new Map([...this.#texts, ...Object.entries(planted)]));
  }

  get paths(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** Paths of our own code that match. */
  code(pattern = /./): readonly string[] {
    return this.paths.filter(
      (path) => /\.tsx?$/.test(path) && pattern.test(path) && !GENERATED.has(path),
    );
  }

  /** Code that runs in production, without what tools write. */
  product(): readonly string[] {
    return this.code(/^(src|provisioning)\//);
  }

  text(path: string): string {
    return this.#texts.get(path) ?? "";
  }

  lines(path: string): readonly string[] {
    return this.text(path).split("\n");
  }

  has(path: string): boolean {
    return this.#texts.has(path);
  }

  /** What a file imports from other files of the project. */
  imports(path: string): readonly Import[] {
    const known = this.#imports.get(path);
    if (known) return known;
    const found = readImports(this.text(path)).map(({ from, isTypeOnly }) => ({
      target: posix.normalize(posix.join(dirname(path), from)),
      isTypeOnly,
    }));
    this.#imports.set(path, found);
    return found;
  }
}

function readImports(text: string): { from: string; isTypeOnly: boolean }[] {
  const statements = text.matchAll(/^(?:import|export)\s([^;]*?)\s*from\s+"(\.[^"]+)"/gm);
  const dynamic = text.matchAll(/import\("(\.[^"]+)"\)/g);
  return [
    ...[...statements].map(([, names, from]) => ({ from: from!, isTypeOnly: isTypes(names!) })),
    ...[...dynamic].map(([, from]) => ({ from: from!, isTypeOnly: false })),
  ];
}

/** Whether an import's names are types only: `type {…}`, or `{ type A, type B }`. */
function isTypes(names: string): boolean {
  if (/^type\b/.test(names)) return true;
  const listed = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  if (listed === undefined) return false;
  const each = listed.split(",").filter((name) => name.trim() !== "");
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name));
}
