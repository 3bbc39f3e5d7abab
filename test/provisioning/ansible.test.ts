import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PLAYBOOK = join(ROOT, "provisioning/ansible/playbooks/guilds.yml");
const isHere = (command: string) => spawnSync(command, ["--version"]).status === 0;
const hasAnsible = isHere("ansible-playbook");
const hasLint = isHere("ansible-lint");
if (!hasAnsible) console.log("The playbooks were not run: ansible-playbook is not here.");
if (!hasLint) console.log("The playbooks were not linted: ansible-lint is not here.");

const dir = mkdtempSync(join(tmpdir(), "ansible-"));
const remote = join(dir, "remote.git");
const guilds = join(dir, "guilds");
const example = readFileSync(join(ROOT, "provisioning/guilds/iron-vow.yaml"), "utf8");
const id = /^id: "(.+)"/m.exec(example)![1]!;
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const git = (...args: readonly string[]) =>
  execFileSync("git", ["-C", guilds, "-c", "init.defaultBranch=main", ...args], {
    encoding: "utf8",
  });
const pushed = () =>
  execFileSync("git", ["-C", remote, "ls-tree", "--name-only", "main"], { encoding: "utf8" });

/** Runs the playbook of guild files. `changed` is the number of tasks that changed something. */
function play(vars: Readonly<Record<string, string>>) {
  const guildhall = `node ${join(ROOT, "provisioning/cli/main.ts")}`;
  const all = JSON.stringify({ guilds_dir: guilds, guildhall, ...vars });
  const { status, stdout, stderr } = spawnSync("ansible-playbook", [PLAYBOOK, "-e", all], {
    encoding: "utf8",
    env: {
      ...process.env,
      HOME: dir,
      ANSIBLE_LOCALHOST_WARNING: "false",
      GIT_AUTHOR_NAME: "operator",
      GIT_AUTHOR_EMAIL: "operator@example.com",
      GIT_COMMITTER_NAME: "operator",
      GIT_COMMITTER_EMAIL: "operator@example.com",
    },
  });
  const text = `${stdout}${stderr}`;
  return { status, text, changed: Number(/changed=(\d+)/.exec(text)?.[1]) };
}

/** Writes a guild file outside the folder. */
function newFile(name: string, text = example): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

beforeEach(() => {
  for (const folder of [remote, guilds]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(guilds);
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", remote]);
  git("init", "--quiet", "--initial-branch=main");
  git("remote", "add", "origin", remote);
  const silver = readFileSync(join(ROOT, "provisioning/guilds/silver-dawn.yaml"), "utf8");
  writeFileSync(join(guilds, "silver-dawn.yaml"), silver);
  git("add", "--all");
  const person = ["-c", "user.name=operator", "-c", "user.email=operator@example.com"];
  git(...person, "commit", "--quiet", "--message", "Start");
  git("push", "--quiet", "--set-upstream", "origin", "main");
});

describe.runIf(hasAnsible)("the playbook of guild files", () => {
  test("adds a file with a commit and a push, lists it, and does nothing the second time", () => {
    const create = { action: "create", guild_file: newFile("iron-vow.yaml") };
    expect(play(create)).toMatchObject({ status: 0, changed: 4 });
    expect(pushed()).toContain("iron-vow.yaml");
    expect(git("status", "--porcelain")).toBe("");
    expect(play(create)).toMatchObject({ status: 0, changed: 0 });
    const list = play({ action: "list" });
    expect(list).toMatchObject({ status: 0, changed: 0 });
    expect(list.text).toMatch(/iron-vow[.]yaml[\s\S]*silver-dawn[.]yaml/);
    expect(play({ action: "delete", guild_id: id })).toMatchObject({ status: 0, changed: 4 });
    expect(pushed()).not.toContain("iron-vow.yaml");
  });

  test("refuses faulty input, and leaves the folder as it was", () => {
    const created = (name: string, from: RegExp, to: string) =>
      play({ action: "create", guild_file: newFile(name, example.replace(from, to)) });
    const faults: readonly (readonly [ReturnType<typeof play>, RegExp])[] = [
      [created("gold.yaml", /^tier: .*/m, "tier: gold"), /unknown-tier|free.*pro/],
      [created("number.yaml", /^id: .*/m, "id: 123456789012345678"), /id-not-a-string/],
      [play({ action: "create", guild_file: "../iron-vow.yaml" }), /absolute path/],
      [play({ action: "delete", guild_id: "../silver-dawn" }), /UUID and no path/],
      [play({ action: "status", guild_id: "123456789012345678" }), /UUID and no path/],
      [play({ action: "delete" }), /UUID and no path/],
      [play({ action: "prune" }), /list, status, create or delete/],
    ];
    for (const [{ status, text }, message] of faults) {
      expect([status, text]).toEqual([2, expect.stringMatching(message)]);
    }
    expect(git("status", "--porcelain")).toBe("");
    expect(git("rev-list", "--count", "HEAD").trim()).toBe("1");
  });

  test("fails when a push is refused, takes the commit back, and can run again", () => {
    const create = { action: "create", guild_file: newFile("iron-vow.yaml") };
    const hook = join(remote, "hooks/pre-receive");
    writeFileSync(hook, "#!/bin/sh\necho 'no changes today' >&2\nexit 1\n");
    chmodSync(hook, 0o755);
    expect(play(create)).toMatchObject({
      status: 2,
      text: expect.stringMatching(/no changes today/),
    });
    expect(git("status", "--porcelain")).toBe("");
    expect(git("rev-list", "--count", "HEAD").trim()).toBe("1");
    rmSync(hook);
    expect(play(create)).toMatchObject({ status: 0, changed: 4 });
    writeFileSync(hook, "#!/bin/sh\nexit 1\n");
    chmodSync(hook, 0o755);
    expect(play({ action: "delete", guild_id: id }).status).toBe(2);
    expect(git("status", "--porcelain")).toBe("");
    expect(pushed()).toContain("iron-vow.yaml");
  });
});

const makesMachine = hasAnsible && process.getuid?.() === 0 && process.env["MACHINE_TEST"] === "1";
if (!makesMachine) {
  console.log("No machine was set up: that needs root, ansible, debootstrap and MACHINE_TEST=1.");
}

describe.runIf(makesMachine)("the playbook of one machine, in a new Debian folder", () => {
  test("makes exactly the changes that --check lists, and none the second time", () => {
    const root = join(dir, "machine");
    execFileSync("debootstrap", ["--variant=minbase", "--include=python3", "bookworm", root]);
    const inventory = newFile(
      "inventory",
      `[guildhall]\n${root} ansible_connection=community.general.chroot ` +
        "ansible_python_interpreter=/usr/bin/python3\n",
    );
    const playbook = join(ROOT, "provisioning/ansible/playbooks/machine.yml");
    const run = (...more: readonly string[]) => {
      const args = ["-i", inventory, playbook, "--skip-tags", "service,release", ...more];
      const env = { ...process.env, HOME: dir };
      const { status, stdout } = spawnSync("ansible-playbook", args, { encoding: "utf8", env });
      expect([status, stdout]).toEqual([0, expect.stringContaining("failed=0")]);
      return stdout.match(/^(TASK|RUNNING HANDLER|changed).*$/gm)!;
    };
    const listed = run("--check");
    expect(listed).toContainEqual(expect.stringMatching(/^changed/));
    expect(run()).toEqual(listed);
    expect(run().filter((line) => line.startsWith("changed"))).toEqual([]);
    const modes = execFileSync("stat", ["-c", "%a", `${root}/etc/guildhall/secret`]);
    expect(modes.toString().trim()).toBe("400");
  });
});

test.runIf(hasLint)("ansible-lint takes the playbooks by its profile production", () => {
  const folder = join(ROOT, "provisioning/ansible");
  const lint = spawnSync(
    "ansible-lint",
    ["--offline", "--nocolor", "--profile", "production", "playbooks", "tasks"],
    { cwd: folder, encoding: "utf8", env: { ...process.env, HOME: dir } },
  );
  expect([lint.status, lint.stdout]).toEqual([0, expect.any(String)]);
});
