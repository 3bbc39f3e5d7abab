import createClient from "openapi-fetch";
// Made from /api/openapi.json by typed-client.test.ts, which compiles this file beside it.
import type { components, paths } from "./api-types.ts";

/** A client of the API as another program would make it. */
function clientOf(send: (request: Request) => Promise<Response>, token: string) {
  return createClient<paths>({
    baseUrl: "http://localhost",
    fetch: send,
    headers: { authorization: `Bearer ${token}` },
  });
}

/** Founds a guild, adds a person, awards points, and returns the person's row of the standings. */
export async function foundAndAward(
  send: (request: Request) => Promise<Response>,
  token: string,
): Promise<{ readonly name: string; readonly balance: number }> {
  const api = clientOf(send, token);
  const guild = await api.POST("/api/guilds", {
    body: { name: "Iron Vow", realm: "Area 52", region: "eu", faction: "horde" },
  });
  if (!guild.data) throw new Error(guild.error.detail);
  const path = { guild: guild.data.slug };
  const person = await api.POST("/api/g/{guild}/roster/persons", {
    params: { path },
    body: { name: "Cinder", character: { name: "Cinder", class: "mage" } },
  });
  if (!person.data) throw new Error(person.error.detail);
  const award = await api.POST("/api/g/{guild}/dkp/awards", {
    params: { path, header: { "Idempotency-Key": "first-award" } },
    body: { personIds: [person.data.id], points: "15", reason: "On time" },
  });
  if (award.error) throw new Error(award.error.detail);
  const { data } = await api.GET("/api/g/{guild}/standings", { params: { path } });
  const row = data?.items.find((one) => one.personId === person.data.id);
  if (!row) throw new Error("The person is not in the standings.");
  return { name: row.name, balance: row.balance };
}

/** Each line is a mistake that the compiler finds. Without an error, `@ts-expect-error` is one. */
export async function mistakes(api: ReturnType<typeof clientOf>): Promise<void> {
  const path = { guild: "iron-vow" };
  const character = { name: "Cinder", class: "mage" } as const;
  // @ts-expect-error No such address.
  await api.GET("/api/g/{guild}/standing", { params: { path } });
  // @ts-expect-error The guild is missing.
  await api.GET("/api/g/{guild}/standings");
  // @ts-expect-error A field that the body does not have.
  const body: components["schemas"]["NewPerson"] = { name: "Cinder", title: "Mage", character };
  await api.POST("/api/g/{guild}/roster/persons", { params: { path }, body });
  // @ts-expect-error The body's name is missing.
  await api.POST("/api/g/{guild}/roster/persons", { params: { path }, body: { character } });
  await api.POST("/api/g/{guild}/roster/persons", {
    params: { path },
    // @ts-expect-error A class that the game does not have.
    body: { name: "Cinder", character: { name: "Cinder", class: "pirate" } },
  });
  const { data, error } = await api.GET("/api/g/{guild}/standings", { params: { path } });
  // @ts-expect-error A field that the answer does not have.
  data?.items[0]?.score;
  // @ts-expect-error A problem has a detail, not a message.
  error?.message;
}
