import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { at, type Doc, documentsIn, documentsOf, yamlFiles } from "../support/manifests.ts";

// Argo CD itself is not here. Helm has the same template engine and functions.
const hasHelm = spawnSync("helm", ["version"]).status === 0;
if (!hasHelm) console.log("The ApplicationSet was not rendered: helm is not here.");

const dir = mkdtempSync(join(tmpdir(), "helm-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The Applications that a template of the ApplicationSet makes of guild files. */
function rendered(template: unknown, guilds: readonly Doc[]): readonly Doc[] {
  mkdirSync(join(dir, "templates"), { recursive: true });
  writeFileSync(join(dir, "Chart.yaml"), "apiVersion: v2\nname: guilds\nversion: 0.0.0\n");
  writeFileSync(join(dir, "values.yaml"), stringify({ guilds }));
  const text = `{{ range .Values.guilds }}\n---\n${stringify(template)}\n{{ end }}\n`;
  writeFileSync(join(dir, "templates/applications.yaml"), text);
  const { status, stdout, stderr } = spawnSync("helm", ["template", dir], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return documentsIn(stdout);
}

describe.runIf(hasHelm)("the ApplicationSet, rendered for each guild file", () => {
  const [set] = documentsOf("provisioning/argocd/guilds.yaml") as [Doc];
  const template = at(set, "spec.template");
  const guilds = yamlFiles("provisioning/guilds").map((path) => documentsOf(path)[0]!);

  test("makes one Application and namespace for each guild, with valid and distinct names", () => {
    const tiers = guilds.flatMap((guild) => [
      guild,
      { ...guild, id: String(guild["id"]).replace(/^./, "f"), tier: "pro", slug: "moved" },
    ]);
    const applications = rendered(template, tiers);
    expect(applications).toHaveLength(tiers.length);
    for (const [nth, application] of applications.entries()) {
      const name = at(application, "metadata.name");
      expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(name).toBe(`guild-${tiers[nth]!["id"]}`);
      expect(at(application, "spec.destination.namespace")).toBe(name);
      expect(at(application, "spec.source.kustomize.namespace")).toBe(name);
      expect(JSON.stringify(application)).not.toMatch(/\{\{|<no value>/);
    }
    expect(new Set(applications.map((one) => at(one, "metadata.name"))).size).toBe(tiers.length);
  });

  test("a tier changes the overlay and the labels only", () => {
    const [free, pro] = rendered(template, [
      { ...guilds[0]!, tier: "free" },
      { ...guilds[0]!, tier: "pro" },
    ]);
    const moved = JSON.stringify(free).replaceAll("free", "pro");
    expect(JSON.parse(moved)).toEqual(pro);
  });

  test("renders what it rendered when people last looked", () => {
    expect(stringify(rendered(template, guilds)[1])).toMatchInlineSnapshot(`
      "metadata:
        name: guild-0198c0f2-6a1e-7cc3-9a43-0d4f7b1c2e12
        labels:
          guildhall.io/tier: pro
        annotations:
          guildhall.io/slug: silver-dawn
      spec:
        project: guilds
        destination:
          server: https://kubernetes.default.svc
          namespace: guild-0198c0f2-6a1e-7cc3-9a43-0d4f7b1c2e12
        source:
          repoURL: https://git.example.com/operators/guildhall.git
          targetRevision: v0.1.0
          path: provisioning/kubernetes/overlays/pro
          kustomize:
            namespace: guild-0198c0f2-6a1e-7cc3-9a43-0d4f7b1c2e12
            commonAnnotations:
              guildhall.io/guild: 0198c0f2-6a1e-7cc3-9a43-0d4f7b1c2e12
        syncPolicy:
          automated:
            prune: false
            selfHeal: true
          managedNamespaceMetadata:
            labels:
              guildhall.io/tier: pro
              pod-security.kubernetes.io/enforce: restricted
          syncOptions:
            - CreateNamespace=true
            - ServerSideApply=true
            - ApplyOutOfSyncOnly=true
          retry:
            limit: 5
            backoff:
              duration: 10s
              factor: 2
              maxDuration: 5m
      "
    `);
  });
});
