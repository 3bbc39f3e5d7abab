import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { type DatabaseName, newDatabaseName } from "../../provisioning/hosts/host.ts";
import { openOnTurso, TursoHost, TursoTokens } from "../../provisioning/hosts/turso.ts";
import { TursoPlatform } from "../../provisioning/hosts/turso-platform.ts";
import { describeHost } from "../support/hosts.ts";
import { guildSchema } from "../support/provisioning.ts";

// The same promises on the real cloud, in a separate group from the environment.
const organization = process.env["TURSO_ORGANIZATION"];
const apiToken = process.env["TURSO_API_TOKEN"];
const group = process.env["TURSO_GROUP"] ?? "guildhall-tests";
const placement = process.env["TURSO_LOCATION"];
const isReal = organization !== undefined && apiToken !== undefined;

if (!isReal) {
  console.log("Tests on Turso's cloud were not run: set TURSO_ORGANIZATION and TURSO_API_TOKEN.");
  test("the real cloud is tested only with an account there", () => expect(isReal).toBe(false));
}

describe.runIf(isReal)("on Turso's cloud", { timeout: 600_000 }, () => {
  const now = () => new Date();
  const apiUrl = "https://api.turso.tech";
  const platform = new TursoPlatform({
    ...{ apiUrl, now },
    organization: organization ?? "",
    apiToken: apiToken ?? "",
  });
  const tokens = new TursoTokens(platform, now);
  const options = { platform, tokens, apiUrl, now, group, placement, migrations: guildSchema };
  const host = new TursoHost(options);
  const mine = new Set<string>();
  const create = host.create.bind(host);
  const restore = host.restore.bind(host);
  host.create = (name) => create(remembered(name));
  host.restore = (name, snapshot) => restore(remembered(name), snapshot);
  // Databases of others in this group are neither read nor changed.
  host.list = async function* () {
    for (const { name } of await platform.databases(group)) {
      if (mine.has(name)) yield name as DatabaseName;
    }
  };
  const remembered = (name: DatabaseName) => {
    mine.add(name);
    return name;
  };
  const removeMine = async () => {
    for (const name of mine) await host.destroy(name as DatabaseName).catch(() => undefined);
    mine.clear();
  };
  afterAll(removeMine);

  describeHost(
    "turso",
    async () => {
      await removeMine();
      await host.readyGroup();
      const everything = async () => {
        const names: string[] = [];
        for await (const name of host.list()) names.push(name);
        return names.sort();
      };
      return { host, open: openOnTurso(tokens), everything };
    },
    { allow: true, revision: false },
  );

  test("a database can be restored as it was a minute ago", async () => {
    const [name, before] = [newDatabaseName(), remembered(newDatabaseName())];
    const client = await openOnTurso(tokens)(await host.create(name));
    await client.execute({
      sql: "INSERT INTO settings (name, value, updated_at) VALUES (?, 'null', 0)",
      args: [randomUUID()],
    });
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    await host.createAsOf(before, name, new Date(now().getTime() - 20_000));
    expect(await host.locate(before)).toBeDefined();
    await client.close();
  });
});
