import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { leavesOf } from "../../provisioning/cli/leaves.ts";
import { buildProgram } from "../../provisioning/cli/program.ts";
import {
  alerts,
  dashboardExpressions,
  hasProgram,
  promtool,
  ruleTests,
  runbooks,
} from "../support/alert-rules.ts";

const isPromtoolHere = hasProgram("promtool");

test("every alert has a summary, a severity, a runbook and unit tests that fire and stay quiet", () => {
  const headings = [...runbooks().matchAll(/^## (Guildhall\w+)$/gm)].map(([, name]) => name);
  expect(alerts().length).toBeGreaterThan(15);
  expect(headings.sort()).toEqual(
    alerts()
      .map(({ name }) => name)
      .sort(),
  );
  for (const { name, text } of alerts()) {
    expect(text).toMatch(/severity: (critical|warning)\n/);
    expect(text).toMatch(/summary: (['"]).+\.\1\n/);
    expect(text).toContain(`provisioning/monitoring/README.md#${name.toLowerCase()}"`);
    expect(ruleTests()).toContain(`  - name: ${name} fires\n`);
    expect(ruleTests()).toContain(`  - name: ${name} stays quiet\n`);
  }
});

test("every runbook says what to type, and every command of ours in it exists", () => {
  const commands = leavesOf(buildProgram());
  const [, ...parts] = runbooks().split(/^## (?=Guildhall)/m);
  for (const part of parts) {
    const script = /```sh\n([\s\S]+?)```/.exec(part)?.[1];
    expect([part.split("\n", 1)[0], script?.trim() ?? ""]).not.toContain("");
    for (const [, typed] of script!.matchAll(/^guildhall (.+?)\s*(?:#.*)?$/gm)) {
      const words = typed!.split(" ");
      const name = [words.slice(0, 2).join(" "), words[0]!].find((one) =>
        commands.some((command) => command.name === one),
      );
      expect([typed, name]).not.toContain(undefined);
      const { command } = commands.find((one) => one.name === name)!;
      const known = command.options.map(({ long }) => long);
      for (const option of words.filter((word) => word.startsWith("--"))) {
        expect([typed, known]).toEqual([typed, expect.arrayContaining([option])]);
      }
    }
  }
});

test.runIf(isPromtoolHere)("Prometheus takes the rules, and their unit tests pass", () => {
  expect(promtool("check", "rules", "alerts.yaml")).toContain(`${alerts().length} rules found`);
  expect(promtool("test", "rules", "alerts.test.yaml")).toContain("SUCCESS");
});

test.runIf(isPromtoolHere)("Prometheus takes every expression of the dashboard", () => {
  const dir = mkdtempSync(join(tmpdir(), "guildhall-dashboard-"));
  const rules = dashboardExpressions().map((expr, at) => ({ record: `panel:${at}`, expr }));
  expect(rules.length).toBeGreaterThan(40);
  const path = join(dir, "dashboard.yaml");
  writeFileSync(path, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  try {
    expect(promtool("check", "rules", path)).toContain(`${rules.length} rules found`);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
