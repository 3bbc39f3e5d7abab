import { hashSync } from "bcryptjs";
import { expect, test, vi } from "vitest";
import { testApp } from "../../support/app.ts";

/** The rounds of every bcrypt check so far. */
const rounds: number[] = [];
vi.mock("bcryptjs", async (load) => {
  const real = await load<typeof import("bcryptjs")>();
  const compare = async (password: string, hash: string) => {
    rounds.push(2 ** Number(hash.slice(4, 6)));
    return await real.compare(password, hash);
  };
  return { ...real, compare };
});

test("S21 a wrong password costs the same work with an imported hash, with ours and without an account", async () => {
  await using t = await testApp();
  const people = [await t.signUp(), await t.signUp(), await t.signUp()];
  const emails = people.map(({ identity }) => String(identity.email));
  const work = async (email: string, password: string) => {
    rounds.length = 0;
    const { status } = await t.anonymous.post("/api/session", { email, password });
    return { status, rounds: rounds.reduce((sum, one) => sum + one, 0) };
  };
  // Without imported hashes, bcrypt runs for no address.
  expect(await work(emails[0]!, "wrong words")).toEqual({ status: 401, rounds: 0 });
  const give = (email: string, hash: string) =>
    t.services.platform.db.client.execute({
      sql: "UPDATE users SET password_hash = ? WHERE email = ?",
      args: [hash, email],
    });
  await give(emails[1]!, hashSync("the old words", 4));
  await give(emails[2]!, hashSync("other old words", 6));
  for (const email of [...emails, "no-account@example.test"]) {
    expect([email, await work(email, "wrong words")]).toEqual([email, { status: 401, rounds: 64 }]);
  }
  // A damaged hash is no hash, and no fault of the server.
  await give(emails[2]!, "$2b$06$cut");
  expect(await work(emails[2]!, "other old words")).toMatchObject({ status: 401 });
  expect(await work(emails[1]!, "the old words")).toMatchObject({ status: 201 });
  expect(await work(emails[1]!, "the old words")).toEqual({ status: 201, rounds: 0 });
});
