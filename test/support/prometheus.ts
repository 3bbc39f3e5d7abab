import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ruleFile } from "./alert-rules.ts";
import { removeSearched } from "./secrets/folders.ts";
import { freePort } from "./sqld.ts";

/** A real Prometheus that scrapes `target` every second. Its alerts fire without waiting. */
export async function startPrometheus(target: string) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-prometheus-"));
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [join(dir, "alerts.yaml")],
    scrape_configs: [{ job_name: "guildhall", static_configs: [{ targets: [target] }] }],
  };
  await writeFile(join(dir, "alerts.yaml"), ruleFile().replaceAll(/^( +for:) .*$/gm, "$1 0s"));
  await writeFile(join(dir, "prometheus.yaml"), JSON.stringify(config));
  const port = await freePort();
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(dir, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: "ignore" },
  );
  return {
    /** The names of the alerts that fire now; empty until Prometheus answers. */
    firing: async (): Promise<readonly string[]> => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`).catch(() => undefined);
      if (answer === undefined || !answer.ok) return [];
      const { data } = (await answer.json()) as {
        data: { alerts: { state: string; labels: { alertname: string } }[] };
      };
      const firing = data.alerts.filter(({ state }) => state === "firing");
      return [...new Set(firing.map(({ labels }) => labels.alertname))].sort();
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await removeSearched(dir);
    },
  };
}
