import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startCluster } from "../support/cluster.ts";

const ROOT = join(import.meta.dirname, "../..");
const isHere = (command: string, ...args: readonly string[]) =>
  spawnSync(command, args).status === 0;
const canRun = isHere("ansible-playbook", "--version") && isHere("kubectl", "version", "--client");
if (!canRun) console.log("No cluster was set up: ansible-playbook or kubectl is not here.");

const dir = mkdtempSync(join(tmpdir(), "cluster-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the playbook. The stand-in has no schemas, so kubectl does not check them. */
function play(url: string, ...more: readonly string[]) {
  const config = join(dir, "config.json");
  const named = { name: "c", cluster: { server: url } };
  const context = { name: "c", context: { cluster: "c", user: "u" } };
  const users = [{ name: "u", user: { token: "none" } }];
  const all = { clusters: [named], contexts: [context], users, "current-context": "c" };
  writeFileSync(config, JSON.stringify({ apiVersion: "v1", kind: "Config", ...all }));
  const playbook = join(ROOT, "provisioning/ansible/playbooks/cluster.yml");
  const args = [playbook, "-e", "apply_options=--validate=false", ...more];
  const env = { ...process.env, HOME: dir, KUBECONFIG: config, ANSIBLE_LOCALHOST_WARNING: "false" };
  return new Promise<{ text: string; changed: readonly string[]; failed: string }>((resolve) => {
    execFile("ansible-playbook", args, { env, maxBuffer: 2 ** 26 }, (_error, stdout) =>
      resolve({
        text: stdout,
        changed: stdout.match(/^changed: .*item=-[kf] \S+/gm) ?? [],
        failed: /failed=(\d+)/.exec(stdout)?.[1] ?? "none",
      }),
    );
  });
}

describe.runIf(canRun)("the playbook of a cluster, against a stand-in of its API", () => {
  test("refuses a cluster without the Secret, changes what --check lists, and nothing the second time", async () => {
    const cluster = await startCluster();
    try {
      const refused = await play(cluster.url);
      expect([refused.failed, refused.text]).toEqual(["1", expect.stringMatching(/Secret first/)]);
      expect(cluster.objects.size).toBe(0);
      cluster.objects.set("/api/v1/namespaces/guildhall/secrets/guildhall", {
        ...{ apiVersion: "v1", kind: "Secret" },
        metadata: { name: "guildhall", namespace: "guildhall" },
      });
      const listed = await play(cluster.url, "--check");
      expect([listed.failed, listed.changed.length]).toEqual(["0", 3]);
      expect(cluster.objects.size).toBe(1);
      const done = await play(cluster.url);
      expect([done.failed, done.changed]).toEqual(["0", listed.changed]);
      const kinds = [...cluster.objects.values()].map(({ kind }) => kind);
      expect(kinds).toEqual(
        expect.arrayContaining(["Deployment", "StatefulSet", "Ingress", "AppProject"]),
      );
      expect(kinds.filter((kind) => kind === "ApplicationSet")).toHaveLength(1);
      const again = await play(cluster.url);
      expect([again.failed, again.changed]).toEqual(["0", []]);
    } finally {
      await cluster.stop();
    }
  });
});
