import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AREAS } from "../../src/kernel/areas.ts";
import {
  type TestApp,
  type TestClient,
  type TestGuild,
  testApp,
  UNLIMITED_REQUESTS,
} from "../support/app.ts";
import { SOME_ID } from "./support.ts";

let t: TestApp;
let guild: TestGuild;
let person: TestClient;
beforeAll(async () => {
  const categories = ["sign-in", "sign-up", "email"];
  const off = categories.flatMap((one) => [`${one}.address=off`, `${one}.account=off`]);
  t = await testApp({ RATE_LIMITS: [UNLIMITED_REQUESTS, ...off].join(",") });
  guild = await t.guild("fields");
  person = guild.owner.platform();
  // An operator too, so that the console's fields are checked as well.
  await t.services.platform.db.client.execute({
    sql: "INSERT INTO operators (user_id, areas, added_by, added_at) VALUES (?, ?, '', 0)",
    args: [person.userId, JSON.stringify(AREAS)],
  });
});
afterAll(() => t.close());

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Fields whose text is not for people: secrets, pasted files, ids and words of a fixed set. */
const NO_TEXT = new Set(
  `password currentPassword token value account slug plan firstPlan text timeZone guild guid
   characters discordIds confirm points bid max price amount tag next startsAt endsAt id period`.split(
    /\s+/,
  ),
);

/** Every text of every request body, from the API's document. */
async function textFields() {
  const { body: document } = await t.anonymous.get("/api/openapi.json");
  const resolve = (schema: Schema): Schema =>
    schema.$ref ? resolve(document.components.schemas[schema.$ref.split("/").at(-1)!]) : schema;
  const found: { method: string; path: string; field: string; body: unknown }[] = [];
  const walk = (schema: Schema, at: readonly string[], add: (field: string[]) => void): void => {
    const { type, properties, items, ...rest } = resolve(schema);
    if (items) walk(items, [...at, "0"], add);
    for (const [name, one] of Object.entries(properties ?? {})) walk(one, [...at, name], add);
    const isText = type === "string" && !rest.enum && !rest.format && !rest.pattern;
    if (isText && !NO_TEXT.has(at.at(-1) ?? "")) add([...at]);
  };
  for (const [path, item] of Object.entries<Record<string, never>>(document.paths)) {
    for (const [method, operation] of Object.entries<Record<string, never>>(item)) {
      const content = (
        operation["requestBody"] as undefined | { content: Record<string, { schema: Schema }> }
      )?.content;
      const schema = content?.["application/json"]?.schema;
      if (schema === undefined) continue;
      walk(schema, [], (field) =>
        found.push({ method, path, field: `/${field.join("/")}`, body: undefined }),
      );
    }
  }
  return found;
}

const filled = (path: string) =>
  path
    .replace("{guild}", guild.slug)
    .replace("{kind}", "webhook")
    .replaceAll(/\{\w+\}/g, SOME_ID);

function bodyWith(field: string, text: string): Record<string, unknown> {
  return field
    .split("/")
    .slice(1)
    .reduceRight<unknown>(
      (value, key) => (key === "0" ? [value] : { [key]: value }),
      text,
    ) as Record<string, unknown>;
}

/** Returns which of these texts a field accepts. */
async function taken(
  one: { method: string; path: string; field: string },
  texts: readonly string[],
) {
  const good: string[] = [];
  for (const text of texts) {
    const answer = await person.send(
      one.method.toUpperCase(),
      filled(one.path),
      bodyWith(one.field, text),
      {},
    );
    const errors = (answer.body.errors ?? []) as { pointer: string }[];
    const isRefused = errors.some(({ pointer }) => pointer === one.field);
    // A request that was not checked proves nothing about the field.
    if (!isRefused) good.push(`${answer.status} ${JSON.stringify(text)}`);
  }
  return good;
}

const HIDDEN = {
  "zero width": "\u200b",
  "a joiner alone": "\u200d",
  "a Hangul filler": "\u3164",
  "a blank braille cell": "\u2800",
  "a variation selector alone": "\ufe0f",
  "tag letters": "\u{e0041}\u{e0042}",
  "right to left override": "Ann\u202eevil",
  isolates: "Ann\u2066evil\u2069",
  "a soft hyphen": "Ann\u00adika",
  "a control character": "Ann\u0007ika",
  "a joiner between Latin letters": "An\u200dn",
  "a grapheme joiner": "An\u034fn",
  "a private character": "Ann\ue000",
  "a heap of marks": `Z${"\u0301".repeat(9)}`,
};

describe("S80 a name", () => {
  test("of any field of the API is refused when it hides a character", async () => {
    const fields = await textFields();
    const open: string[] = [];
    for (const one of fields) {
      const good = await taken(one, Object.values(HIDDEN));
      if (good.length > 0) open.push(`${one.method} ${one.path} ${one.field}: ${good.join(", ")}`);
    }
    expect(open).toEqual([]);
    expect(fields.length).toBeGreaterThan(30);
  });

  test.each(Object.entries(HIDDEN))("of a form is refused with %s", async (_name, name) => {
    const pages = `/g/${guild.slug}`;
    const forms: [string, Record<string, string>][] = [
      ["/account", { name }],
      ["/sign-up", { name, email: "new@example.test", password: "a few words make one" }],
      ["/guilds/new", { name, realm: "Area 52", region: "eu", faction: "horde", slug: "" }],
      [
        `${pages}/settings`,
        { name, slug: guild.slug, faction: "horde", description: "", contact: "", timeZone: "UTC" },
      ],
      [`${pages}/roster/new`, { name, class: "mage" }],
      [`${pages}/settings/keys`, { name, scopes: "query" }],
    ];
    for (const [path, values] of forms) {
      const client = path === "/sign-up" ? t.anonymous : person;
      const { status } = await client.submit(path, values);
      expect({ path, status }).toEqual({ path, status: 422 });
    }
  });

  test.each([
    "می‌خواهم",
    "क्‍षत्रिय",
    "👩‍🚀 Ada",
    "❤️ Ann",
    "辻\u{e0100}",
    "Kel'Thuzad",
    "Ünal",
    "Нина",
    "한글",
  ])("keeps what its script needs: %j", async (name) => {
    const changed = await person.patch("/api/account", { name });
    expect(changed).toMatchObject({ status: 200, body: { name: name.normalize("NFC") } });
  });

  test("is stored composed, with single spaces and none around it", async () => {
    const { body } = await person.patch("/api/account", { name: "  Jose\u0301 \u00a0 Maria " });
    expect(body.name).toBe("José Maria");
  });

  test("that differs only by invisible characters is the same name", async () => {
    await guild.owner.post("/roster/persons", { name: "نمی‌دانم" });
    expect((await guild.owner.post("/roster/persons", { name: "نمیدانم" })).status).toBe(409);
  });
});

describe("S82 an address of a guild", () => {
  const founded = (slug: string) =>
    person.post("/api/guilds", { name: `G ${slug}`, realm: "R", region: "eu", slug });

  test.each([
    ...[
      "support-team",
      "supp0rt",
      "s-upport",
      "guild-support",
      "official-guild",
      "the-staff",
      "st4ff",
    ],
    ...[
      "admin-team",
      "adm1n",
      "admins",
      "moderators",
      "help-desk",
      "security-team",
      "billing-dept",
    ],
    ...["verified-by-us", "root-user", "mail-server", "con", "nul", "aux", "com1", "lpt9", "c-on"],
    ...["cdn", "ftp", "www2", "well-known", "xn--abc", "123", "login-here", "undefined"],
    ...["soporte", "s0porte", "equipo-de-soporte", "guild-oficial", "la-ayuda", "tu-cuenta"],
  ])("%s is kept for the platform or breaks elsewhere", async (slug) => {
    expect(await founded(slug)).toMatchObject({
      status: 422,
      body: { type: "/problems/guild/bad-slug" },
    });
  });

  test("of an ordinary word is free, and a guild that has a reserved one keeps it", async () => {
    const query = "/api/guilds/slug";
    for (const slug of [
      "badminton",
      "cuentacuentos",
      "staff-of-jordan",
      "aux-of-ages",
      "iron-conquest",
      "pope",
      "new-home",
    ]) {
      const { status, body } = await person.get(`${query}?name=x&slug=${slug}`);
      expect({ slug, status, isFree: body.isFree }).toEqual({ slug, status: 200, isFree: true });
    }
    const { client } = t.services.platform.db;
    await client.execute({
      sql: "UPDATE guilds SET slug = 'support-team' WHERE id = ?",
      args: [guild.id],
    });
    const kept = await person.patch("/api/g/support-team/settings", {
      slug: "support-team",
      faction: "horde",
    });
    await client.execute({
      sql: "UPDATE guilds SET slug = ? WHERE id = ?",
      args: [guild.slug, guild.id],
    });
    expect(kept.status).toBe(200);
  });
});

describe("S84 an e-mail address", () => {
  test.each([
    ...["=?utf-8?q?a?=@b.co", "a@xn--a.example", "a@xn--0.example", "a@xn--99999999.example"],
    ...["a@xn--a-ecp.example", "a@ab--cd.example", "a%b@x.co", "a!b@x.co", "-oq@x.co", "|cat@x.co"],
    ...[
      '"a b"@x.co',
      '"a\\"b"@x.co',
      "a@[127.0.0.1]",
      "a@127.0.0.1",
      "a@0x7f.1",
      "a@-x.co",
      "a@x-.co",
    ],
    ...[
      "a\u0000@x.co",
      "a\r\nBcc: b@x.co",
      "a\u200b@x.co",
      "a@x.co.",
      "a@x..co",
      `${"é".repeat(33)}@x.co`,
    ],
    ...[
      `a@${"b".repeat(64)}.co`,
      "a,b@x.co",
      "a;b@x.co",
      "Ann <a@x.co>",
      "a@x.co,b@x.co",
      "(c)a@x.co",
    ],
  ])("is refused wherever one is asked for: %j", async (email) => {
    const answers = [
      await t.anonymous.post("/api/users", {
        email,
        name: "Ann",
        password: "a few words make one",
      }),
      await t.anonymous.post("/api/password-reset-mail", { email }),
      await guild.owner.post("/members/invitations", { email, role: "raider" }),
    ];
    for (const { status, body } of answers) {
      expect({ status, pointer: body.errors?.[0]?.pointer }).toEqual({
        status: 422,
        pointer: "/email",
      });
    }
  });

  test.each(["o'neil+tag@ex.co", "ñ@españa.es", "a@例え.テスト", "x=y@xn--bcher-kva.example"])(
    "of any script is taken: %j",
    async (email) => {
      const answer = await t.anonymous.post("/api/users", {
        email,
        name: "Ann",
        password: "a few words make one",
      });
      expect(answer.status).toBe(201);
    },
  );
});

describe("S85 a webhook", () => {
  const saved = (value: string) => guild.owner.put("/settings/connections/webhook", { value });

  test.each([
    ...[
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://[::ffff:7f00:1]/",
      "https://[::ffff:127.0.0.1]/",
    ],
    ...[
      "https://2130706433/",
      "https://0x7f.1/",
      "https://0177.0.0.1/",
      "https://127.1/",
      "https://0/",
    ],
    ...["https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/", "https://100.64.0.1/"],
    ...[
      "https://169.254.169.254/",
      "https://198.18.0.1/",
      "https://224.0.0.1/",
      "https://255.255.255.255/",
    ],
    ...[
      "https://[fe80::1]/",
      "https://[fd00::1]/",
      "https://[64:ff9b::7f00:1]/",
      "https://[64:ff9b:1::1]/",
    ],
    ...[
      "https://[2002:7f00:1::]/",
      "https://[2001::1]/",
      "https://[::127.0.0.1]/",
      "https://[::]/",
    ],
    ...["https://localhost/", "https://a.localhost/", "https://intranet/", "https://a.internal/"],
    ...["https://a.local/", "https://metadata.google.internal/", "https://example.com./"],
    ...["https://127.0.0.1.nip.io/", "https://%31%32%37.0.0.1/", "https://user:pw@example.com/"],
    ...[
      "https://example.com:22/",
      "https://example.com:8443/",
      "http://example.com/",
      "ftp://example.com/",
    ],
    ...["https:\\\\127.0.0.1", "https:example.com", "https://example.com\\@127.0.0.1/"],
  ])("that leads into the network is refused when it is saved: %s", async (value) => {
    expect(await saved(value)).toMatchObject({
      status: 422,
      body: { type: "/problems/secrets/not-right" },
    });
  });

  test("on the internet is saved", async () => {
    for (const value of [
      "https://example.com/hook?a=b",
      "https://8.8.8.8/x",
      "https://[2606:4700::1111]/x",
    ]) {
      expect((await saved(value)).status).toBe(204);
    }
  });
});
