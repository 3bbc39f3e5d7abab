import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const PACKAGES = join(import.meta.dirname, "../../node_modules");

/** The fields of one kind of object, from the types of `kubernetes-models`. */
interface Fields {
  readonly file: string;
  readonly types: ReadonlyMap<string, string>;
}

const READ = new Map<string, Fields>();

/** Reads the interface of a `.d.ts` file: the type of each field, as text. */
function fieldsIn(file: string): Fields {
  const known = READ.get(file);
  if (known) return known;
  const text = readFileSync(file, "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
  const body = /export interface \w+[^{]*\{([\s\S]*?)^\}/m.exec(text)?.[1] ?? "";
  const fields = { file, types: typesIn(body, "    ") };
  READ.set(file, fields);
  return fields;
}

/** The fields at one indentation. What follows each belongs to its own type. */
function typesIn(body: string, indent: string): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const part of body.split(new RegExp(`^${indent}(?=")`, "m"))) {
    const found = /^"([^"]+)"\??: ([\s\S]*)$/.exec(part);
    if (found) types.set(found[1]!, found[2]!);
  }
  return types;
}

/** The fields of a type that a field names, or writes out itself. Undefined for plain values. */
function fieldsOfType(type: string, from: string): Fields | undefined {
  if (/^(Array<)?\{\s*"/.test(type)) return { file: from, types: typesIn(type, "        ") };
  const named = /\bII?o\w+/.exec(type)?.[0];
  const file = named && fileOf(named, from);
  return file ? fieldsIn(file) : undefined;
}

/** The file that defines a type which `from` imports. */
function fileOf(type: string, from: string): string | undefined {
  const text = readFileSync(from, "utf8");
  const path = new RegExp(`import \\{[^}]*\\b${type}\\b[^}]*\\} from "([^"]+)"`).exec(text)?.[1];
  if (path === undefined) return undefined;
  const base = path.startsWith(".") ? resolve(dirname(from), path) : join(PACKAGES, path);
  return [base.replace(/\.js$/, ".d.ts"), `${base}.d.ts`].find((one) => existsSync(one));
}

function unknownIn(value: unknown, fields: Fields, path: string): string[] {
  if (typeof value !== "object" || value === null || fields.types.size === 0) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const type = fields.types.get(name);
    const here = path === "" ? name : `${path}.${name}`;
    if (type === undefined) return [`${here} is unknown`];
    const own = fieldsOfType(type, fields.file);
    if (!own) return [];
    const isMap = /^\{\s*\[key: string\]/.test(type);
    const values = Array.isArray(inner) ? inner : isMap ? Object.values(inner ?? {}) : [inner];
    return values.flatMap((one) => unknownIn(one, own, here));
  });
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

function modelFile({ apiVersion, kind }: Manifest): string {
  return join(PACKAGES, "kubernetes-models", apiVersion, `${kind}.d.ts`);
}

/** Unknown fields of a manifest, or of a patch. Kubernetes drops them without a word. */
export function unknownFields(manifest: Manifest): readonly string[] {
  const file = modelFile(manifest);
  if (!existsSync(file)) return [`${manifest.apiVersion} ${manifest.kind} is unknown`];
  return unknownIn(manifest, fieldsIn(file), "");
}

/** What the schema of Kubernetes says against a whole manifest. Empty when it is right. */
export async function schemaFaults(manifest: Manifest): Promise<readonly string[]> {
  const unknown = unknownFields(manifest);
  const file = modelFile(manifest).replace(/\.d\.ts$/, ".js");
  if (!existsSync(file)) return unknown;
  const module: Record<string, new (data: unknown) => { validate(): void }> = await import(
    pathToFileURL(file).href
  );
  try {
    new module[manifest.kind]!(manifest).validate();
    return unknown;
  } catch (error) {
    return [...unknown, error instanceof Error ? error.message : String(error)];
  }
}
