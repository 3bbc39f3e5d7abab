import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import { UNLIMITED_REQUESTS } from "../support/app.ts";
import { clientOf, processes, signUp } from "../support/processes.ts";
import { startProxy } from "../support/proxy.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

test.runIf(hasSqld)(
  "R46 a key whose server was killed in the middle is done by the next server at once, and once",
  async () => {
    const server = await startSqld();
    const proxy = await startProxy(server.url);
    try {
      await using fleet = await processes({
        ...server.env,
        SQLD_URL: proxy.url,
        PLATFORM_DATABASE_URL: `${proxy.url}/platform`,
        RATE_LIMITS: UNLIMITED_REQUESTS,
      });
      const [first] = await fleet.start(1);
      const owner = await signUp("owner", first!);
      const founder = clientOf(first!, owner);
      const names = { name: "Steadfast", realm: "Area 52", region: "eu", faction: "horde" };
      const made = await founder.post("/api/guilds", { ...names, slug: "steadfast" });
      if (made.status === 202) await founder.get(`/api/guilds/${made.body.id}/operation/events`);

      const headers = { "idempotency-key": randomUUID() };
      const asked = new Promise<void>((resolve) => {
        proxy.silenceFor(({ body }) => {
          const isWrite = /insert into .{0,3}persons/i.test(body);
          if (isWrite) resolve();
          return isWrite;
        });
      });
      const cut = founder.within("steadfast").post("/roster/persons", { name: "Thrall" }, headers);
      cut.catch(() => {});
      await asked;
      first!.child.kill("SIGKILL");
      await once(first!.child, "exit");
      proxy.silenceFor(() => false);

      const [second] = await fleet.start(1);
      const again = clientOf(second!, owner).within("steadfast");
      const done = await again.post("/roster/persons", { name: "Thrall" }, headers);
      expect([done.status, done.text]).toEqual([201, expect.any(String)]);
      const repeated = await again.post("/roster/persons", { name: "Thrall" }, headers);
      expect(repeated.body).toEqual(done.body);
      const { items } = (await again.get("/roster")).body;
      expect(items.filter((one: { name: string }) => one.name === "Thrall")).toHaveLength(1);
    } finally {
      await proxy.stop();
      await server.stop();
    }
  },
);
