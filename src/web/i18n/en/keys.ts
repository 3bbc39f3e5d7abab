export const keys = {
  title: "API keys",
  lead: "A program with a key acts for this guild: it uploads logs or reads what members see.",
  name: "Name",
  scopes: "Permissions",
  scopeNames: {
    stream: "Stream a log while it is written",
    query: "Read what members see",
    upload: "Upload logs",
    identity: "Upload the addon's roster",
    admin: "Act as an admin, except for members, settings and keys",
  },
  create: "Create key",
  made: "This is the key. Copy it now: it is shown only once.",
  key: "Key",
  none: "No keys yet. Programs such as the log follower and the companion need one.",
  maker: "Created by",
  lastUsed: "Last used",
  never: "never",
  requests: "Requests in 90 days",
  rotate: "Rotate key",
  revoke: "Revoke key",
  revoked: "revoked",
  ends: "Expires",
  usage: "Requests by day",
  limits: "Events per minute",
  back: "Settings",
  state: "Status",
  active: "active",
  expired: "expired",
  expiry: "Expires after",
  expiryHint: "Rotate keys about once a month. You are reminded once by e-mail.",
  afterDays: (days: number) => `${days} days`,
  noExpiry: "Never",
  emails: {
    oldSubject: "Time to rotate an API key",
    oldText: (name: string, key: string, guild: string, days: string, page: string) =>
      `Hello ${name},

The API key "${key}" of the guild "${guild}" is ${days} days old. We recommend a new key every month.
"Rotate key" makes a successor, and the old key works for one more day:

${page}

This is the only reminder for this key.
`,
    networkSubject: "An API key is used from a new network",
    networkText: (name: string, key: string, guild: string, network: string, page: string) =>
      `Hello ${name},

The API key "${key}" of the guild "${guild}" was used from the network ${network} for the first time.

If you do not know why, revoke the key:

${page}
`,
    volumeSubject: "Unusually many requests with an API key",
    volumeText: (name: string, key: string, guild: string, requests: string, page: string) =>
      `Hello ${name},

Yesterday ${requests} requests were made with the API key "${key}" of the guild "${guild}". That is many
more than on the days before.

If you do not know why, revoke the key:

${page}
`,
  },
};
