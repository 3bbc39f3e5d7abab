import { readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { isMap, parseAllDocuments } from "yaml";

const ROOT = join(import.meta.dirname, "../..");

/** A YAML document as plain values. */
export type Doc = Readonly<Record<string, unknown>>;

/** All documents of a text. @throws an error for faulty YAML */
export function documentsIn(text: string): readonly Doc[] {
  return parseAllDocuments(text).map((doc) => {
    if (doc.errors.length > 0) throw doc.errors[0]!;
    if (!isMap(doc.contents)) throw new Error("A manifest is a map.");
    return doc.toJS() as Doc;
  });
}

/** The documents of a file of the project. */
export function documentsOf(path: string): readonly Doc[] {
  return documentsIn(readFileSync(join(ROOT, path), "utf8"));
}

/** The YAML files of a folder of the project, with the folders below it. */
export function yamlFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** The value at a path such as `spec.template`. Undefined where there is none. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** Every value below a document, with its path. */
function walk(value: unknown, path = ""): readonly (readonly [path: string, value: unknown])[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    walk(one, path === "" ? name : `${path}.${name}`),
  );
  return [[path, value], ...inner];
}

const DEPRECATED = ["commonLabels", "patchesStrategicMerge", "patchesJson6902", "bases", "vars"];

/** Known faults of a kustomization. */
export function kustomizationFaults(doc: Doc): readonly string[] {
  const labels = (doc["labels"] ?? []) as readonly Doc[];
  const pairs = { ...(doc["commonLabels"] as Doc | undefined) };
  for (const one of labels)
    if (one["includeSelectors"] !== false) Object.assign(pairs, one["pairs"]);
  return [
    ...(DEPRECATED.some((name) => name in doc) ? ["deprecated"] : []),
    ...(Object.keys(pairs).length > 0 ? ["selector-tier"] : []),
  ];
}

/** Known faults of a manifest that every guild shares. */
export function sharedManifestFaults(doc: Doc): readonly string[] {
  const isFixed = doc["kind"] === "Namespace" || at(doc, "metadata.namespace") !== undefined;
  const isSecret = doc["kind"] === "Secret" && ("data" in doc || "stringData" in doc);
  const hasPassword = walk(doc).some(
    ([, value]) => typeof value === "string" && /:\/\/[^/\s:]+:[^@\s]+@/.test(value),
  );
  const selector = Object.keys((at(doc, "spec.selector.matchLabels") ?? {}) as Doc);
  return [
    ...(isFixed ? ["placeholder-namespace"] : []),
    ...(isSecret || hasPassword ? ["secret-in-git"] : []),
    ...(selector.some((name) => /tier/.test(name)) ? ["selector-tier"] : []),
  ];
}

/** Known faults of an ApplicationSet that is stored at `path` of the repository that it reads. */
export function applicationSetFaults(doc: Doc, path: string): readonly string[] {
  const text = (name: string) => at(doc, `spec.${name}`);
  const patterns = walk(doc).filter(([where]) => /\.git\.files\.\d+\.path$/.test(where));
  const options = (text("goTemplateOptions") ?? []) as readonly string[];
  const isGuarded = text("goTemplate") === true && options.includes("missingkey=error");
  const prunes = walk(doc).some(
    ([where, value]) => /automated\.prune$/.test(where) && value === true,
  );
  const isKept =
    text("syncPolicy.preserveResourcesOnDeletion") === true &&
    ["create-only", "create-update"].includes(String(text("syncPolicy.applicationsSync")));
  return [
    ...(patterns.some(([, pattern]) => matchesGlob(path, String(pattern)))
      ? ["generator-reads-itself"]
      : []),
    ...(isGuarded ? [] : ["missingkey"]),
    ...(prunes || !isKept ? ["prune-deletes-data"] : []),
    ...mergeFaults(doc),
  ];
}

/** An element of a list that lacks the merge key joins nothing. */
function mergeFaults(doc: Doc): readonly string[] {
  return walk(doc).flatMap(([where, value]) => {
    if (!where.endsWith(".merge")) return [];
    const keys = (at(value, "mergeKeys") ?? []) as readonly string[];
    const elements = walk(value).filter(([inner]) => /list\.elements\.\d+$/.test(inner));
    const isLoose = elements.some(([, one]) => keys.some((key) => at(one, key) === undefined));
    return isLoose ? ["merge-key"] : [];
  });
}

/** Known faults of a playbook's text. `when` names the actions for which a guild's id is needed. */
export function playbookFaults(text: string): readonly string[] {
  const tasks = walk(documentsInAny(text)).flatMap(([, value]) =>
    typeof value === "object" && value !== null && "name" in value ? [value as Doc] : [],
  );
  const needsId = tasks.filter((task) =>
    JSON.stringify(task["ansible.builtin.assert"] ?? task["fail"] ?? {}).includes("guild_id"),
  );
  const usesPath = /(path|dest|src|cmd|file):.*\{\{\s*guild_id\s*\}\}/.test(text);
  const isChecked = needsId.some((task) => JSON.stringify(task).includes("match(id_pattern)"));
  const ignores = tasks.some(
    (task) => task["ignore_errors"] === true || task["failed_when"] === false,
  );
  return [
    // Files of tasks are included for the actions that need an id.
    ...(text.includes("hosts:") && needsId.some((task) => task["when"] === undefined)
      ? ["ansible-list"]
      : []),
    ...(usesPath && !isChecked ? ["ansible-path"] : []),
    ...(ignores || /\|\|\s*true/.test(text) ? ["ansible-commit"] : []),
  ];
}

function documentsInAny(text: string): unknown {
  return parseAllDocuments(text).map((doc) => doc.toJS());
}
