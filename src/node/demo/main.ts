import { HOUR_MS, WEEK_MS } from "../../kernel/time.ts";
import "../umask.ts";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createApp } from "../../app.ts";
import { readConfig } from "../../config.ts";
import { canonicalPassword } from "../../platform/accounts/passwords.ts";
import type { Mailer } from "../../services.ts";
import { runProcess } from "../process-guard.ts";
import { withSecretFiles } from "../secret-files.ts";
import { start } from "../server.ts";
import { buildNodeServices, guildSchema, type NodeServices } from "../services.ts";
import { DEMO_ACCOUNTS, DEMO_GUILDS, fillGuild } from "./guilds.ts";
import { ownKey } from "./keys.ts";

const SIGNING_KEY = "signing.key";

/** Prints the demo's emails to the terminal, because its accounts have no mailboxes. */
const onScreen: Mailer = {
  send: async ({ to, subject, text }) => {
    console.log(`\n— e-mail to ${to}: ${subject}\n${text}`);
  },
};

const dataDir = resolve(process.env["DATA_DIR"] ?? "data", "demo");
if (process.argv.includes("--reset")) await rm(dataDir, { recursive: true, force: true });
const marker = join(dataDir, "seeded");
const isSeeded = existsSync(marker);
// An interrupted seeding left a folder without the marker.
if (!isSeeded) await rm(dataDir, { recursive: true, force: true });
const env = {
  LOG_LEVEL: "warn",
  // People who try the demo have no authenticator app ready.
  OPERATOR_SECOND_FACTOR: "offered",
  SECRETS_KEYS: await ownKey(
    dataDir,
    "secrets.key",
    () => `demo:${randomBytes(32).toString("base64")}`,
  ),
  ...withSecretFiles(process.env),
  DATA_DIR: dataDir,
  GUILDHALL_SECRET: await ownKey(dataDir, SIGNING_KEY, () => randomBytes(48).toString("base64url")),
};
if (!isSeeded) {
  console.log("Founding two guilds with six weeks of life…");
  await seed();
}
const { port, services } = await runProcess(() =>
  start(env, { demoGuildSlug: DEMO_GUILDS[0]!.slug, mailer: onScreen }),
);
// A demo has no operator, so its guilds get a newer schema at once.
for await (const guild of services.platform.guilds()) {
  const { id, schemaVersion } = guild;
  if (schemaVersion < guildSchema.length) services.upgrades.visit(id, schemaVersion);
}
await printWelcome(port, services);

/** Simulates six weeks in a few seconds, through the same requests that people send. */
async function seed(): Promise<void> {
  const config = readConfig({ ...env, LOG_LEVEL: "error" });
  const quiet: Mailer = { send: async () => {} };
  // Every guild gets the same weeks. The last night ends up to two hours later than planned, and
  // nothing may be dated in the future.
  const beginMs = performance.timeOrigin + performance.now() - 6 * WEEK_MS - 2 * HOUR_MS;
  for (const guild of DEMO_GUILDS) {
    let nowMs = beginMs;
    const now = () => new Date(nowMs);
    const seeding = await buildNodeServices(config, { now, mailer: quiet });
    try {
      await fillGuild(createApp(seeding), seeding, guild, {
        now,
        advance: (ms) => {
          nowMs += ms;
        },
        weeks: 6,
      });
      // The simulated weeks' emails have no receiver.
      await seeding.messageRunner.drain();
    } finally {
      await seeding.close();
    }
  }
  await writeFile(marker, "", { mode: 0o600 });
}

/** Makes new passwords at every start, so that the demo has no known default password. */
async function printWelcome(port: number, services: NodeServices): Promise<void> {
  const lines: string[] = [];
  for (const { email, role } of DEMO_ACCOUNTS) {
    const password = randomBytes(12).toString("base64url");
    const hash = await services.passwords.hash(canonicalPassword(password));
    await services.platform.db.client.batch(
      [
        { sql: "UPDATE users SET password_hash = ? WHERE email = ?", args: [hash, email] },
        {
          sql: "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)",
          args: [email],
        },
      ],
      "write",
    );
    lines.push(`  ${role.padEnd(8)} ${email.padEnd(28)} ${password}`);
  }
  const [publicGuild, privateGuild] = DEMO_GUILDS;
  console.log(`
Guildhall is at  http://localhost:${port}
A public guild:  http://localhost:${port}/g/${publicGuild!.slug}
A private one:   http://localhost:${port}/g/${privateGuild!.slug}

Sign in with one of these (the passwords are new at every start):
${lines.join("\n")}

Everything is below ${dataDir}. Start over with: npm run demo -- --reset
For the command line: export DATA_DIR=${dataDir} GUILDHALL_SECRET="$(cat ${join(dataDir, SIGNING_KEY)})"
Stop with Ctrl-C.`);
}
