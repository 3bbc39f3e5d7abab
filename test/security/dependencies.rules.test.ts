import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};

/** The lowest versions without the known vulnerabilities that would affect us. */
const FLOORS = {
  hono: "4.13.7",
  "@hono/node-server": "2.0.10",
  ws: "8.21.0",
  "drizzle-orm": "0.45.2",
  jose: "6.0.0",
} as const;

const parts = (version: string) => version.split(/[.-]/).map(Number);

function isBelow(version: string, floor: string): boolean {
  const [have, want] = [parts(version), parts(floor)];
  for (const [index, part] of want.entries()) {
    if (have[index] !== part) return (have[index] ?? 0) < part;
  }
  return false;
}

test("S64 no dependency is older than the fix of its known vulnerabilities, wherever it is nested", () => {
  const low = Object.entries(packages).flatMap(([path, { version }]) => {
    const name = path.split("node_modules/").pop() as keyof typeof FLOORS;
    const floor = FLOORS[name];
    return floor && version && isBelow(version, floor) ? [`${path} ${version} < ${floor}`] : [];
  });
  expect(low).toEqual([]);
  for (const name of Object.keys(FLOORS)) expect(packages).toHaveProperty([`node_modules/${name}`]);
});

/** Packages without a hash to verify at installation. */
function withoutHash(locked: Readonly<Record<string, Locked>>): readonly string[] {
  return Object.entries(locked)
    .filter(([path, one]) => path !== "" && !one.link)
    .filter(([, one]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(one.integrity ?? ""))
    .map(([path]) => path);
}

test("S64 S92 every package of the lockfile is pinned by the hash of its content, optional ones too", () => {
  expect(withoutHash(packages)).toEqual([]);
  expect(Object.keys(packages).length).toBeGreaterThan(200);
});

test("S92 a package without a hash is found, wherever it comes from", () => {
  const loose = {
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { integrity: "sha1-x" },
  };
  expect(withoutHash(loose)).toEqual(["node_modules/a", "node_modules/b"]);
});
