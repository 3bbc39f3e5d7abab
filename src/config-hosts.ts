import { z } from "@hono/zod-openapi";
import { LOOPBACK } from "./kernel/public-url.ts";

/** The kinds of hosts for guilds' databases, in the order in which commands list them. */
export const HOST_KINDS = ["file", "sqld", "turso"] as const;

export type HostKind = (typeof HOST_KINDS)[number];

/** The hosts that are reached over the network, so that every runtime can use them. */
export type ServerKind = Exclude<HostKind, "file">;

interface SqldConfig {
  readonly url: string;
  readonly adminUrl: string;
  readonly adminKey: string;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
}

interface TursoConfig {
  readonly apiUrl: string;
  readonly organization: string;
  readonly apiToken: string;
  readonly group: string;
  readonly placement: string | undefined;
}

/** The settings of each kind of server. */
export interface ServerSettings {
  readonly sqld: SqldConfig;
  readonly turso: TursoConfig;
}

/** The servers that are set up. A server is read even if new guilds go to another host. */
export type ServersConfig = { readonly [K in ServerKind]: ServerSettings[K] | undefined };

/** The variables of every server. `SERVER_CONFIGURATION` reads them. */
export const SERVER_VARIABLES = {
  SQLD_URL: z.url().optional().describe("sqld: where databases are spoken to"),
  SQLD_ADMIN_URL: z.url().optional().describe("sqld: where they are made"),
  SQLD_ADMIN_KEY: z.string().min(16).optional().describe("sqld: its --admin-auth-key"),
  SQLD_PRIVATE_KEY: z
    .string()
    .optional()
    .describe("sqld: the Ed25519 key (PKCS #8, PEM) whose public half it was started with"),
  TURSO_ORGANIZATION: z.string().min(1).optional().describe("turso: the organization's slug"),
  TURSO_API_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe("turso: makes and removes databases, and tokens for them"),
  TURSO_GROUP: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, "needs lower-case letters, digits and hyphens")
    .default("guildhall")
    .describe("turso: the group of the guilds' databases; of this deployment alone"),
  TURSO_LOCATION: z
    .string()
    .min(1)
    .optional()
    .describe("turso: where to make the group when it is not there, such as aws-eu-west-1"),
  TURSO_API_URL: z
    .url({ protocol: /^https?$/ })
    .default("https://api.turso.tech")
    .describe("turso: where its Platform API is"),
} as const;

/** The variables of servers whose value is a secret. */
export const SERVER_SECRETS = ["SQLD_ADMIN_KEY", "SQLD_PRIVATE_KEY", "TURSO_API_TOKEN"] as const;

type Values = z.infer<z.ZodObject<typeof SERVER_VARIABLES>>;

/**
 * Reads the settings of each server. Undefined for one that is not set up, unless it `isChosen` for new
 * guilds. Half a configuration is a mistake. @throws Error that names the variables
 */
const SERVER_CONFIGURATION: {
  readonly [K in ServerKind]: (values: Values, isChosen: boolean) => ServerSettings[K] | undefined;
} = {
  sqld: (values, isChosen) => {
    const { SQLD_URL: url, SQLD_ADMIN_URL: adminUrl, SQLD_ADMIN_KEY: adminKey } = values;
    const privateKey = values.SQLD_PRIVATE_KEY?.replaceAll("\\n", "\n");
    if (url && adminUrl && adminKey && privateKey) return { url, adminUrl, adminKey, privateKey };
    if (!isChosen && !url) return undefined;
    throw new Error(
      "SQLD_URL, SQLD_ADMIN_URL, SQLD_ADMIN_KEY and SQLD_PRIVATE_KEY belong together: set all of them.",
    );
  },
  turso: (values, isChosen) => {
    const { TURSO_ORGANIZATION: organization, TURSO_API_TOKEN: apiToken } = values;
    const { TURSO_API_URL: apiUrl, TURSO_GROUP: group, TURSO_LOCATION: placement } = values;
    const { protocol, hostname } = new URL(apiUrl);
    if (protocol === "http:" && !LOOPBACK.test(hostname)) {
      throw new Error(
        "TURSO_API_URL must be https: outside this machine, or the token could be read.",
      );
    }
    if (organization && apiToken) return { apiUrl, organization, apiToken, group, placement };
    if (!isChosen && !organization && !apiToken) return undefined;
    throw new Error("TURSO_ORGANIZATION and TURSO_API_TOKEN belong together: set both.");
  },
};

/** The configured servers. @throws Error that names the variables to set */
export function serversConfig(
  values: Values & { readonly DATABASE_HOST: HostKind },
): ServersConfig {
  const read = <K extends ServerKind>(kind: K) =>
    SERVER_CONFIGURATION[kind](values, values.DATABASE_HOST === kind);
  return { sqld: read("sqld"), turso: read("turso") };
}
