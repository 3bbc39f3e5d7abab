import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parseFile } from "../../provisioning/cli/declared/reader.ts";
import { guildFileSchema } from "../../src/platform/declared/guild-file.ts";
import { TIER_FACTS, TIERS } from "../../src/platform/declared/tiers.ts";
import { schemaFaults, unknownFields } from "../support/kubernetes.ts";
import {
  applicationSetFaults,
  at,
  type Doc,
  documentsIn,
  documentsOf,
  kustomizationFaults,
  playbookFaults,
  sharedManifestFaults,
  yamlFiles,
} from "../support/manifests.ts";
import { samplesFolder, sampleText } from "../support/samples.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const SET = "provisioning/argocd/guilds.yaml";
const [applicationSet] = documentsOf(SET) as [Doc];
const kustomizations = yamlFiles("provisioning/kubernetes").filter((path) =>
  path.endsWith("kustomization.yaml"),
);
const manifests = (folder: string) =>
  yamlFiles(folder)
    .filter((path) => !path.endsWith("kustomization.yaml"))
    .flatMap((path) => documentsOf(path));
const base = manifests("provisioning/kubernetes/base");
const pro = manifests("provisioning/kubernetes/overlays/pro");
const shared = [...base, ...pro, ...manifests("provisioning/kubernetes/overlays/free")];
const playbooks = yamlFiles("provisioning/ansible");

type Manifest = Doc & { readonly apiVersion: string; readonly kind: string };
const asManifest = (doc: Doc) => doc as Manifest;
const kindOf = (docs: readonly Doc[], kind: string, name = "app") =>
  docs.find((doc) => doc["kind"] === kind && at(doc, "metadata.name") === name);

const errorsOf = (text: string) => {
  const result = parseFile("guild.yaml", text);
  return "errors" in result ? result.errors : [];
};
const GUILD = read("provisioning/guilds/iron-vow.yaml");

describe("the faults of a real set-up are found, and ours has none of them:", () => {
  test("unknown-field: a field that no schema knows is refused", async () => {
    const [deployment] = base.filter(({ kind }) => kind === "Deployment") as [Manifest];
    const wrong = structuredClone(deployment) as Manifest & { spec: Record<string, unknown> };
    wrong.spec["patchesStrategicMerge"] = [];
    expect(unknownFields(wrong)).toEqual(["spec.patchesStrategicMerge is unknown"]);
    for (const doc of [...base, ...manifests("provisioning/kubernetes/overlays/platform")]) {
      expect([doc["kind"], await schemaFaults(asManifest(doc))]).toEqual([doc["kind"], []]);
    }
    for (const doc of pro) expect(unknownFields(asManifest(doc))).toEqual([]);
  });

  test("placeholder-namespace: no manifest of guilds names a namespace", () => {
    const [wrong] = documentsIn("kind: Namespace\nmetadata: { name: guild-placeholder }");
    expect(sharedManifestFaults(wrong!)).toEqual(["placeholder-namespace"]);
    const [placed] = documentsIn(
      "kind: Service\nmetadata: { name: a, namespace: guild-placeholder }",
    );
    expect(sharedManifestFaults(placed!)).toEqual(["placeholder-namespace"]);
    expect(shared.flatMap(sharedManifestFaults)).toEqual([]);
  });

  test("generator-reads-itself: the generator reads guild files only", () => {
    expect(applicationSetFaults(applicationSet, "guilds/guild-applicationset.yaml")).toEqual([
      "generator-reads-itself",
    ]);
    expect(applicationSetFaults(applicationSet, SET)).toEqual([]);
    for (const path of yamlFiles("provisioning/guilds")) expect(errorsOf(read(path))).toEqual([]);
  });

  test("missingkey: a key that is missing stops the template", () => {
    const wrong = structuredClone(applicationSet) as { spec: { goTemplateOptions?: unknown } };
    delete wrong.spec.goTemplateOptions;
    expect(applicationSetFaults(wrong as unknown as Doc, SET)).toEqual(["missingkey"]);
  });

  test("merge-key: an element of a merge without its key is refused", () => {
    const wrong = structuredClone(applicationSet) as { spec: { generators: unknown[] } };
    const list = { list: { elements: [{ cluster: "a" }] } };
    wrong.spec.generators.push({ merge: { mergeKeys: ["id"], generators: [list] } });
    expect(applicationSetFaults(wrong as unknown as Doc, SET)).toEqual(["merge-key"]);
  });

  test("selector-tier: no label that a tier changes is part of a selector", () => {
    const [wrong] = documentsIn("labels:\n  - pairs: { tier: free }\n    includeSelectors: true");
    expect(kustomizationFaults(wrong!)).toEqual(["selector-tier"]);
    const [own] = documentsIn("kind: Deployment\nspec: { selector: { matchLabels: { tier: a } } }");
    expect(sharedManifestFaults(own!)).toEqual(["selector-tier"]);
  });

  test("deprecated: no kustomization uses what kustomize warns of", () => {
    const [wrong] = documentsIn("commonLabels: { tier: free }\npatchesStrategicMerge: [a.yaml]");
    expect(kustomizationFaults(wrong!)).toEqual(["deprecated", "selector-tier"]);
    const found = kustomizations.flatMap((path) => documentsOf(path).flatMap(kustomizationFaults));
    expect(found).toEqual([]);
  });

  test("secret-in-git: secrets are references, and no address has a password", () => {
    const [secret] = documentsIn("kind: Secret\nstringData: { a: b }");
    const [address] = documentsIn("kind: ConfigMap\ndata: { URL: 'postgres://a:b@host/c' }");
    for (const wrong of [secret!, address!]) {
      expect(sharedManifestFaults(wrong)).toEqual(["secret-in-git"]);
    }
  });

  test("prune-deletes-data: a file that vanishes deletes nothing", () => {
    for (const change of [
      (spec: Record<string, unknown>) => delete spec["syncPolicy"],
      ({
        template,
      }: {
        template?: { spec: { syncPolicy: { automated: Record<string, unknown> } } };
      }) => Object.assign(template!.spec.syncPolicy.automated, { prune: true }),
    ]) {
      const wrong = structuredClone(applicationSet) as { spec: never };
      change(wrong.spec);
      expect(applicationSetFaults(wrong as unknown as Doc, SET)).toEqual(["prune-deletes-data"]);
    }
  });

  test("ansible-list, ansible-path, ansible-commit: playbooks check ids and report every fault", () => {
    const wrong = `- name: Guilds
  hosts: localhost
  tasks:
    - name: Check
      ansible.builtin.assert: { that: guild_id is defined }
    - name: Write
      ansible.builtin.copy:
        dest: "guilds/{{ guild_id }}.yaml"
    - name: Push
      ansible.builtin.shell: git push || true
      ignore_errors: true
`;
    expect(playbookFaults(wrong)).toEqual(["ansible-list", "ansible-path", "ansible-commit"]);
    for (const path of playbooks) expect([path, playbookFaults(read(path))]).toEqual([path, []]);
    const text = read("provisioning/ansible/playbooks/guilds.yml");
    const pattern = new RegExp(/id_pattern: "(.*)"/.exec(text)![1]!);
    expect(["../../etc/passwd", "0198c0f2", "a/b", ""].filter((id) => pattern.test(id))).toEqual(
      [],
    );
  });

  test("ansible-tier: an unknown tier is refused with the tiers that exist", () => {
    expect(errorsOf(GUILD.replace("tier: free", "tier: gold"))).toEqual([
      {
        ...{ file: "guild.yaml", line: 10, column: 7, code: "unknown-tier" },
        message: 'There is no tier "gold". Choose from: free, pro.',
      },
    ]);
  });

  test("snowflake-number: an id without quotes is refused, because it loses its last digits", () => {
    const wrong = `${GUILD}discordGuildId: 123456789012345678\n`;
    expect(errorsOf(wrong)).toMatchObject([{ line: 16, column: 17, code: "id-not-a-string" }]);
    expect(errorsOf(GUILD.replace(/id: ".*"/, "id: 12"))).toMatchObject([
      { line: 2, column: 5, code: "id-not-a-string" },
    ]);
  });
});

describe("the manifests", () => {
  test("give each tier the resources and replicas of the table of tiers", () => {
    const overlays = { free: base, pro };
    for (const tier of TIERS) {
      const app = at(kindOf(overlays[tier], "Deployment"), "spec.template.spec.containers.0");
      expect([tier, at(app, "resources")]).toEqual([tier, TIER_FACTS[tier].app]);
      const least = at(kindOf(overlays[tier], "HorizontalPodAutoscaler"), "spec.minReplicas");
      expect([tier, least]).toEqual([tier, TIER_FACTS[tier].replicas]);
    }
  });

  test("change no immutable field between the tiers", () => {
    const text = JSON.stringify(pro);
    for (const name of [
      "selector",
      "serviceName",
      "volumeClaimTemplates",
      "clusterIP",
      "namespace",
    ]) {
      expect([name, text.includes(`"${name}":`)]).toEqual([name, false]);
    }
  });

  test("name each guild's Application and namespace by its id, in valid and distinct names", () => {
    const template = JSON.stringify(at(applicationSet, "spec.template"));
    const keys = [...template.matchAll(/\{\{ \.([\w.]+) \}\}/g)].map(([, key]) => key!);
    // Helm and Argo CD would render an absent key, so every file has to have each of them.
    const required = guildFileSchema()["required"] as readonly string[];
    expect([...new Set(keys)].filter((key) => !required.includes(key))).toEqual([]);
    const rendered = yamlFiles("provisioning/guilds").map((path) => {
      const [guild] = documentsOf(path) as [Doc];
      return JSON.parse(template.replace(/\{\{ \.(\w+) \}\}/g, (_, key) => String(guild[key])));
    });
    const names = rendered.flatMap(({ metadata, spec }) => [
      metadata.name,
      spec.destination.namespace,
    ]);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(new Set(names).size).toBe(rendered.length);
    expect(rendered[1].spec.source.path).toBe("provisioning/kubernetes/overlays/pro");
  });

  test("run without root, without a writable root and without rights", () => {
    for (const doc of base) {
      const pod = at(doc, "spec.template.spec");
      if (pod === undefined) continue;
      expect(at(pod, "securityContext.runAsNonRoot")).toBe(true);
      expect(at(pod, "automountServiceAccountToken")).toBe(false);
      expect(at(pod, "containers.0.securityContext")).toEqual({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        capabilities: { drop: ["ALL"] },
      });
    }
  });
});

const kubectl = (folder: string) =>
  spawnSync("kubectl", ["kustomize", join(ROOT, "provisioning/kubernetes/overlays", folder)], {
    encoding: "utf8",
  });
const hasKubectl = kubectl("free").status === 0;
if (!hasKubectl) console.log("The overlays were not built: kubectl is not here.");

describe.runIf(hasKubectl)("the built overlays", () => {
  const built = new Map(
    ["free", "pro", "platform"].map((folder) => [folder, kubectl(folder)] as const),
  );

  test.each([...built])(
    "%s has no warning and no unknown field",
    async (_folder, { stdout, stderr }) => {
      expect(stderr).toBe("");
      for (const doc of documentsIn(stdout)) {
        expect([doc["kind"], await schemaFaults(asManifest(doc))]).toEqual([doc["kind"], []]);
      }
    },
  );

  test("have the same immutable fields in both tiers", () => {
    const fixed = (folder: string) =>
      documentsIn(built.get(folder)!.stdout).map((doc) => [
        ...[doc["kind"], at(doc, "metadata.name"), at(doc, "metadata.namespace")],
        ...[at(doc, "spec.selector"), at(doc, "spec.serviceName"), at(doc, "spec.clusterIP")],
        at(doc, "spec.accessModes"),
        // Labels of a claim's template are part of it.
        at(doc, "spec.volumeClaimTemplates"),
      ]);
    expect(fixed("pro")).toEqual(fixed("free"));
  });
});

const samples = samplesFolder("kubernetes");

/** Refuses fields that a schema does not name. Without this, a misspelt field passes. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, strict(value)]),
  );
  const isClosed = "properties" in schema && !("additionalProperties" in schema);
  const isOpen = "x-kubernetes-preserve-unknown-fields" in schema;
  return isClosed && !isOpen ? { ...inner, additionalProperties: false } : inner;
}

describe("Argo CD", () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const sources: readonly (readonly [path: string, schema: string])[] = [
    [SET, "applicationset"],
    ["provisioning/argocd/projects.yaml", "appproject"],
  ];

  test.runIf(samples !== undefined).each(sources)(
    "unknown-field: %s fits its schema",
    (path, name) => {
      const schema: unknown = JSON.parse(sampleText(samples!, `${name}-schema.json`));
      const metadata = { type: "object" };
      const { properties } = schema as { properties: Record<string, unknown> };
      const validate = ajv.compile(
        strict({ ...(schema as Doc), properties: { ...properties, metadata } }) as Doc,
      );
      for (const doc of documentsOf(path)) {
        expect([validate(doc), validate.errors]).toEqual([true, null]);
        const wrong = structuredClone(doc) as { spec: Record<string, unknown> };
        wrong.spec["patchesStrategicMerge"] = [];
        expect(validate(wrong)).toBe(false);
      }
    },
  );

  test("unknown-field: a source of kustomize has known fields only", () => {
    const known = ["namespace", "commonAnnotations"];
    const used = Object.keys(at(applicationSet, "spec.template.spec.source.kustomize") as Doc);
    expect(used.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe("the JSON Schema of guild files", () => {
  const validates = new Ajv({ strict: false, formats: { email: true } }).compile(guildFileSchema());

  test("is the one in the repository", () => {
    const stored: unknown = JSON.parse(read("provisioning/guild.schema.json"));
    const run = "node provisioning/cli/bundle-guild-schema.ts";
    expect(stored, `out of date: ${run}`).toEqual(JSON.parse(JSON.stringify(guildFileSchema())));
  });

  test("accepts the examples and refuses an unknown key, a number as id and an unknown tier", () => {
    for (const path of yamlFiles("provisioning/guilds")) {
      expect(validates(documentsOf(path)[0])).toBe(true);
    }
    const [guild] = documentsIn(GUILD) as [Doc];
    for (const change of [{ ower: "a" }, { discordGuildId: 12 }, { tier: "gold" }, { id: 1 }]) {
      expect(validates({ ...guild, ...change })).toBe(false);
    }
  });
});

describe("a guild file", () => {
  test.each([
    ["unknown-key", `${GUILD}ower: me\n`, 16, 1],
    ["unknown-key", GUILD.replace("  timeZone:", "  timezone:"), 15, 3],
    ["duplicate-key", `${GUILD}slug: other\n`, 16, 1],
    ["missing-key", GUILD.replace(/^realm.*\n/m, ""), 2, 1],
    ["invalid-value", GUILD.replace("slug: iron-vow", "slug: admin"), 3, 7],
    ["unreadable", GUILD.replace("realm: Area 52", "realm: &a Area 52"), 6, 11],
    ["unreadable", `${GUILD}---\n${GUILD}`, 16, 1],
    ["unreadable", GUILD.replace("tier: free", "tier: !!js/function f"), 10, 7],
    ["unreadable", "", 1, 1],
    ["unreadable", `${GUILD}\tx: [`, 16, 1],
  ])("with the fault %s is refused at its place", (code, text, line, column) => {
    expect(errorsOf(text)[0]).toMatchObject({ code, line, column });
  });
});
