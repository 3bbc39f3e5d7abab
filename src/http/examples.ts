/** The parts of JSON Schema that the API's schemas use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

type Schemas = Readonly<Record<string, JsonSchema>>;

const ID = "0199f0a4-3c2e-7b61-9d52-4f1d8a6e2b37";
const [CREATED_AT, SOON] = [1_790_000_000_000, 1_790_086_400_000];

/** Example values by field name. A value is used where its type fits. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  id: ID,
  slug: "iron-vow",
  guildSlug: "iron-vow",
  guild: "iron-vow",
  guildName: "Iron Vow",
  realm: "Area 52",
  region: "eu",
  faction: "horde",
  plan: "free",
  firstPlan: "free",
  timeZone: "Europe/Madrid",
  email: "cinder@example.com",
  userEmail: "cinder@example.com",
  password: "four words make one",
  currentPassword: "four words make one",
  token: "the-secret-that-is-shown-only-once",
  name: "Cinder",
  personName: "Cinder",
  userName: "Cinder",
  actorName: "Cinder",
  operatorName: "Ash",
  class: "mage",
  spec: "Frost",
  role: "raider",
  itemName: "Blade of the Fallen King",
  item: "Blade of the Fallen King",
  boss: "The Fallen King",
  title: "Tuesday night",
  fileName: "WoWCombatLog.txt",
  reason: "On time",
  note: "Brings flasks",
  text: "Cinder mage",
  points: "15",
  decimals: 0,
  price: 15,
  value: 15,
  balance: 120,
  minutes: 180,
  url: "https://guilds.example.org/invitations/abc",
  address: "192.0.2.7",
  agent: "Firefox on Linux",
  action: "points.award",
  day: 20_717,
  year: 2026,
  guid: "Player-1084-0A2B3C4D",
  status: "ready",
};

/** Example texts for patterns. The first match is used. */
const BY_PATTERN = ["20:00", "2026-11-30", "ab12".repeat(12), "iron-vow", "Cinder", "15"];

/** An example value that fits the schema. Known field names get realistic values. */
export function exampleOf(schema: JsonSchema, schemas: Schemas, name = ""): unknown {
  const known = schema.example ?? schema.examples?.[0] ?? schema.const;
  if (known !== undefined) return known;
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split("/").at(-1)!]!, schemas, name);
  if (schema.allOf) return merged(schema.allOf.map((one) => exampleOf(one, schemas, name)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const some = choices.find(({ type }) => type !== "null") ?? choices[0]!;
    return exampleOf(some, schemas, name);
  }
  if (schema.enum) {
    const named = BY_NAME[name];
    return schema.enum.includes(named) ? named : schema.enum[0];
  }
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const type: string | undefined = types.find((one) => one !== "null");
  if (type === "object") return exampleObject(schema, schemas);
  if (type === "array") return schema.items ? [exampleOf(schema.items, schemas, name)] : [];
  if (type === "string") return exampleText(schema, name);
  if (type === "integer" || type === "number") return exampleNumber(schema, name);
  return type === "boolean" ? !/^is(Example|Reverted|Exempt)/.test(name) : null;
}

function merged(parts: readonly unknown[]): unknown {
  return Object.assign({}, ...(parts as object[]));
}

/** An object with its shown fields. A change without required fields gets its first two. */
function exampleObject(schema: JsonSchema, schemas: Schemas): Record<string, unknown> {
  const { properties = {}, propertyNames } = schema;
  const fields = Object.keys(properties);
  const isChange = schema.required === undefined && schema.additionalProperties === false;
  const shown = isChange ? fields.slice(0, 2) : fields.filter((one) => isShown(schema, one));
  const found = shown.map((one) => [one, exampleOf(properties[one]!, schemas, one)]);
  const others = schema.additionalProperties;
  if (typeof others === "object" && propertyNames?.enum) {
    for (const one of propertyNames.enum) found.push([String(one), exampleOf(others, schemas)]);
  }
  return Object.fromEntries(found);
}

/** Request examples show required fields only. Response examples show all fields. */
function isShown(schema: JsonSchema, field: string): boolean {
  if (field === "next") return false;
  return schema.additionalProperties !== false || !!schema.required?.includes(field);
}

function exampleText(schema: JsonSchema, name: string): string {
  if (schema.format === "uuid" || /(^i|I)d$/.test(name)) {
    const pattern = schema.pattern && new RegExp(schema.pattern);
    if (!pattern || pattern.test(ID)) return ID;
  }
  if (schema.format === "email") return "cinder@example.com";
  if (schema.format === "date") return "2026-11-30";
  const named = BY_NAME[name];
  const candidates = [typeof named === "string" ? named : "text", ...BY_PATTERN];
  const pattern = new RegExp(schema.pattern ?? "");
  const most = schema.maxLength ?? Number.POSITIVE_INFINITY;
  return candidates.find((text) => pattern.test(text) && text.length <= most) ?? "text";
}

function exampleNumber(schema: JsonSchema, name: string): number {
  const named = BY_NAME[name];
  const least = schema.minimum ?? (schema.exclusiveMinimum ?? -1) + 1;
  const most = schema.maximum ?? Number.POSITIVE_INFINITY;
  const byUnit = /(expires|closes|ends|purge)/i.test(name) ? SOON : CREATED_AT;
  const isMoment = /(At|After|Until)$/.test(name) || /^(at|now|until|since)$/.test(name);
  const wanted =
    typeof named === "number" ? named : isMoment ? byUnit : /Ms$/.test(name) ? 60_000 : 1;
  return Math.min(Math.max(wanted, least), most);
}
