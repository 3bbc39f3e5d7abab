import { expect, test } from "vitest";
import { Progress } from "../../provisioning/cli/progress.ts";

function watched(mode: "bar" | "lines" | "none") {
  let nowMs = 0;
  let text = "";
  const progress = new Progress(
    mode,
    (more) => {
      text += more;
    },
    () => nowMs,
  );
  return {
    progress,
    text: () => text,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test("a rollout whose output goes to a file says once a minute how far it is", () => {
  const { progress, text, pass } = watched("lines");
  progress.begin(1_000);
  for (let i = 0; i < 240; i++) {
    pass(500);
    progress.tick(i === 3, { name: "iron-vow", ms: 1 });
  }
  progress.end();
  expect(text()).toBe(
    "120 of 1000 guilds done, 1 failed, 2.0 a second, 440 seconds left\n" +
      "240 of 1000 guilds done, 1 failed, 2.0 a second, 380 seconds left\n",
  );
});

test("progress for programs and for --quiet is silent", () => {
  const { progress, text, pass } = watched("none");
  progress.begin(2);
  pass(120_000);
  progress.tick(false);
  progress.end();
  expect(text()).toBe("");
});
