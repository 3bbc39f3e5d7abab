import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const MONITORING = join(import.meta.dirname, "../../provisioning/monitoring");

const read = (name: string) => readFileSync(join(MONITORING, name), "utf8");

export interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly text: string;
}

/** The alerts of alerts.yaml, which has each expression on a separate line. */
export function alerts(): readonly Alert[] {
  const [, ...rules] = read("alerts.yaml").split("      - alert: ");
  return rules.map((text) => {
    const [, single, double] = /^ {8}expr: (?:'(.*)'|(".*"))$/m.exec(text) ?? [];
    const expr = double === undefined ? single?.replaceAll("''", "'") : String(JSON.parse(double));
    if (expr === undefined) throw new Error(`No expression in: ${text}`);
    return { name: text.split("\n", 1)[0]!, expr, text };
  });
}

/** Every expression of the dashboard, with values in the place of Grafana's variables. */
export function dashboardExpressions(): readonly string[] {
  const found: string[] = [];
  JSON.parse(read("dashboard.json"), (key, value) => {
    if (key === "expr") found.push(String(value));
    return value as unknown;
  });
  return found.map((expr) =>
    expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
  );
}

export const runbooks = () => read("README.md");
export const ruleTests = () => read("alerts.test.yaml");
export const ruleFile = () => read("alerts.yaml");

/** Whether a program of Prometheus is on the PATH. Prints a line when it is not. */
export function hasProgram(name: "promtool" | "prometheus"): boolean {
  const isThere = spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0;
  if (!isThere) {
    console.log(
      `Skipped: ${name} is not on PATH. Debian and Ubuntu have it in the package prometheus.`,
    );
  }
  return isThere;
}

/** The output of promtool. @throws {Error} when it finds a fault */
export function promtool(...args: readonly string[]): string {
  return execFileSync("promtool", args, { cwd: MONITORING, encoding: "utf8" });
}
