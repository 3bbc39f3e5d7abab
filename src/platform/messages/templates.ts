import { plainWords } from "../../kernel/names.ts";
import { type Locale, translator } from "../../web/i18n/index.ts";

/** The values that fill a template. Times are Unix milliseconds as text. */
export type Params = Readonly<Record<string, string>>;

interface Template {
  readonly subject: (t: Texts, params: Params) => string;
  readonly text: (t: Texts, params: Params) => string;
}

type Texts = ReturnType<typeof translator>;

// Subjects contain no text that a person chose, because readers judge links and senders by the subject.
// In a body, such a text contains nothing that a mail program would turn into a link.
const name = (params: Params, key: string) => plainWords(params[key] ?? "");
const hello = (params: Params) => name(params, "name");
const place = (t: Texts, params: Params): [device: string, address: string, at: string] => [
  params["device"] || t.auth.unknownDevice,
  params["address"] || "–",
  `${new Date(Number(params["at"])).toISOString().slice(0, 16).replace("T", " ")} UTC`,
];

/** All messages. Each template also gets `name`, `link` and `account`. */
export const TEMPLATES = {
  verify: {
    subject: (t) => t.auth.emails.verifySubject,
    text: (t, p) => t.auth.emails.verifyText(hello(p), p["link"]!),
  },
  reset: {
    subject: (t) => t.auth.emails.resetSubject,
    text: (t, p) => t.auth.emails.resetText(hello(p), p["link"]!),
  },
  invitation: {
    subject: (t) => t.guilds.invitationEmail.subject,
    text: (t, p) => t.guilds.invitationEmail.text(name(p, "from"), name(p, "guild"), p["link"]!),
  },
  linked: {
    subject: (t, p) => t.auth.emails.linkedSubject(p["provider"]!),
    text: (t, p) =>
      t.auth.emails.linkedText(hello(p), p["provider"]!, name(p, "identity"), p["account"]!),
  },
  unlinked: {
    subject: (t, p) => t.auth.emails.unlinkedSubject(p["provider"]!),
    text: (t, p) => t.auth.emails.unlinkedText(hello(p), p["provider"]!, p["account"]!),
  },
  "new-place": {
    subject: (t) => t.auth.emails.newPlaceSubject,
    text: (t, p) => t.auth.emails.newPlaceText(hello(p), ...place(t, p), p["account"]!),
  },
  "password-changed": {
    subject: (t) => t.auth.emails.passwordSubject,
    text: (t, p) => t.auth.emails.passwordText(hello(p), ...place(t, p), p["account"]!),
  },
  "factor-on": {
    subject: (t) => t.factors.emails.onSubject,
    text: (t, p) => t.factors.emails.onText(hello(p), ...place(t, p), p["account"]!),
  },
  "factor-off": {
    subject: (t) => t.factors.emails.offSubject,
    text: (t, p) => t.factors.emails.offText(hello(p), ...place(t, p), p["account"]!),
  },
  "recovery-used": {
    subject: (t) => t.factors.emails.usedSubject,
    text: (t, p) => t.factors.emails.usedText(hello(p), ...place(t, p), p["account"]!),
  },
  "factor-reset": {
    subject: (t) => t.factors.emails.resetSubject,
    text: (t, p) => t.factors.emails.resetText(hello(p), p["account"]!),
  },
  "key-created": {
    subject: (t) => t.auth.emails.keySubject,
    text: (t, p) =>
      t.auth.emails.keyText(hello(p), name(p, "key"), name(p, "guild"), p["account"]!),
  },
  "key-old": {
    subject: (t) => t.keys.emails.oldSubject,
    text: (t, p) =>
      t.keys.emails.oldText(hello(p), name(p, "key"), name(p, "guild"), p["days"]!, p["page"]!),
  },
  "key-network": {
    subject: (t) => t.keys.emails.networkSubject,
    text: (t, p) =>
      t.keys.emails.networkText(
        hello(p),
        name(p, "key"),
        name(p, "guild"),
        p["network"]!,
        p["page"]!,
      ),
  },
  "key-volume": {
    subject: (t) => t.keys.emails.volumeSubject,
    text: (t, p) =>
      t.keys.emails.volumeText(
        hello(p),
        name(p, "key"),
        name(p, "guild"),
        p["requests"]!,
        p["page"]!,
      ),
  },
  "domain-active": {
    subject: (t) => t.domains.emails.activeSubject,
    text: (t, p) =>
      t.domains.emails.activeText(hello(p), name(p, "guild"), p["domain"]!, p["page"]!),
  },
  "domain-missing": {
    subject: (t) => t.domains.emails.missingSubject,
    text: (t, p) =>
      t.domains.emails.missingText(
        hello(p),
        name(p, "guild"),
        p["domain"]!,
        p["record"]!,
        p["days"]!,
        p["page"]!,
      ),
  },
  "domain-lost": {
    subject: (t) => t.domains.emails.lostSubject,
    text: (t, p) => t.domains.emails.lostText(hello(p), name(p, "guild"), p["domain"]!, p["page"]!),
  },
  "guild-received": {
    subject: (t) => t.auth.emails.receivedSubject,
    text: (t, p) => t.auth.emails.receivedText(hello(p), name(p, "guild"), name(p, "from")),
  },
  "guild-given": {
    subject: (t) => t.auth.emails.givenSubject,
    text: (t, p) =>
      t.auth.emails.givenText(hello(p), name(p, "guild"), name(p, "to"), p["account"]!),
  },
  "operator-added": {
    subject: (t) => t.auth.emails.operatorSubject,
    text: (t, p) => t.auth.emails.operatorText(hello(p), p["areas"]!, p["account"]!),
  },
  "late-copies": {
    subject: (t, p) => t.operations.emails.lateSubject(Number(p["late"])),
    text: (t, p) =>
      t.operations.emails.lateText(hello(p), Number(p["late"]), p["slugs"]!, p["page"]!),
  },
} as const satisfies Readonly<Record<string, Template>>;

export type MessageTemplate = keyof typeof TEMPLATES;

/** The subject and text of a message in the language of its receiver. */
export function composed(
  template: MessageTemplate,
  locale: Locale,
  params: Params,
): { readonly subject: string; readonly text: string } {
  const { subject, text }: Template = TEMPLATES[template];
  const texts = translator(locale);
  return { subject: subject(texts, params), text: text(texts, params) };
}
