import { execFile } from "node:child_process";
import { copyFile, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { typesOf } from "../support/api-types.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { removeSearched } from "../support/secrets/folders.ts";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAM = join(import.meta.dirname, "client/program.ts");
const COMPILER = join(ROOT, "node_modules/typescript/bin/tsc");

type Send = (request: Request) => Promise<Response>;
interface Program {
  readonly foundAndAward: (
    send: Send,
    token: string,
  ) => Promise<{ readonly name: string; readonly balance: number }>;
}

let t: TestApp;
let types: string;
let folder: string;

beforeAll(async () => {
  t = await testApp();
  types = await typesOf((await t.anonymous.get("/api/openapi.json")).text);
  folder = await mkdtemp(join(tmpdir(), "guildhall-client-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
});

afterAll(async () => {
  await removeSearched(folder);
  await t[Symbol.asyncDispose]();
});

test("a client that is typed by the API's document compiles, and every wrong field is an error", async () => {
  expect(await compiled(types)).toBe("");
});

test("the compiler names the fields that a program uses and the API no longer has", async () => {
  expect(await compiled(types.replaceAll("personIds", "people"))).toContain(
    "'personIds' does not exist",
  );
});

test("a client that is typed by the API's document founds a guild and awards points", async () => {
  const person = await t.signUp();
  const { foundAndAward } = (await import(PROGRAM)) as Program;
  const row = await foundAndAward(
    async (request) => await t.app.fetch(request),
    person.identity.token,
  );
  expect(row).toEqual({ name: "Cinder", balance: 1_500 });
});

/** The compiler's errors in the program with these types. */
async function compiled(apiTypes: string): Promise<string> {
  const at = await mkdtemp(join(folder, "program-"));
  await copyFile(PROGRAM, join(at, "program.ts"));
  await writeFile(join(at, "api-types.ts"), apiTypes);
  const options = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { types: [] },
    include: [at],
  };
  await writeFile(join(at, "tsconfig.json"), JSON.stringify(options));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [COMPILER, "-p", at]);
    return stdout;
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
