import type { Config } from "../config.ts";
import { limits } from "../limits.ts";
import type { Mailer } from "../services.ts";

/** Hands e-mails to a mail service over HTTPS: there is no SMTP where there are no sockets. */
export function workerMailer({ mailApi, mailFrom }: Config): Mailer {
  return {
    async send({ id, to, subject, text }) {
      if (mailApi === undefined) throw new Error("There is no mail service. Set MAIL_API_URL.");
      const answer = await fetch(mailApi.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": id,
          ...(mailApi.token && { authorization: `Bearer ${mailApi.token}` }),
        },
        body: JSON.stringify({ from: mailFrom, to, subject, text }),
        signal: AbortSignal.timeout(limits.worker.mailDeadlineMs),
      });
      if (!answer.ok) throw new Error(`The mail service answered ${answer.status}.`);
    },
  };
}
