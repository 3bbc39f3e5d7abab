import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../provisioning/hosts/file-drafts.ts";
import type { Config } from "../config.ts";
import type { Clock } from "../kernel/clock.ts";
import { UndeliverableMail } from "../kernel/errors.ts";
import type { Mail, Mailer } from "../services.ts";

/** An email in the outbox. The time of writing is in Unix milliseconds. */
export interface OutboxEmail extends Omit<Mail, "id"> {
  readonly from: string;
  readonly at: number;
}

/** Uses SMTP if `SMTP_URL` is set, else the folder `outbox` beside the data. */
export async function nodeMailer(config: Config, now: Clock): Promise<Mailer> {
  return config.smtpUrl === undefined
    ? folderMailer(join(config.dataDir, "outbox"), config.mailFrom, now)
    : await smtpMailer(config.smtpUrl, config.mailFrom, config.publicUrl.hostname);
}

/** Writes one `.json` file per email, atomically. Names sort by time. For development. */
export function folderMailer(folder: string, from: string, now: Clock): Mailer {
  return {
    async send({ id, ...mail }) {
      const email: OutboxEmail = { ...mail, from, at: now().getTime() };
      // Emails contain links that give access to accounts, so other users of this machine must not read
      // them.
      await makeFolder(folder);
      // A message that is sent twice is one file.
      const path = join(folder, `${id}.json`);
      const file = await open(`${path}.part`, "w", 0o600);
      try {
        await file.writeFile(`${JSON.stringify(email, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.part`, path);
      await syncFolder(folder);
    },
  };
}

async function smtpMailer(url: string, from: string, host: string): Promise<Mailer> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    url,
    // A mail server that hangs must not hold the request for minutes.
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
  return {
    async send({ id, to, subject, text }) {
      try {
        // Passes an object, because a text would be parsed and may contain several addresses.
        // Mail servers and readers recognize a repetition by its Message-ID.
        const messageId = `<${id}@${host}>`;
        await transport.sendMail({
          from,
          to: { name: "", address: to },
          subject,
          text,
          messageId,
        });
      } catch (error) {
        const { responseCode, command } = error as { responseCode?: number; command?: string };
        const isFinal = command === "RCPT TO" && responseCode !== undefined && responseCode >= 500;
        throw isFinal
          ? new UndeliverableMail(`The mail server refused it: ${responseCode}.`)
          : error;
      }
    },
  };
}

/** Makes the rename durable. Some systems cannot open a folder and then lose only the durability. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } catch {
    // Windows refuses to sync a folder.
  } finally {
    await handle.close();
  }
}
