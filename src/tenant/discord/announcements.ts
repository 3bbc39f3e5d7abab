import { limits } from "../../limits.ts";
import type { Messages } from "../../web/i18n/index.ts";
import { plainText, shortened } from "../identity/integrity/discord-text.ts";
import type { RaidPerson, RaidView } from "../raids/queries.ts";
import { RAID_ROLES } from "../roster/classes.ts";

/** The answers of the buttons. `bench` opens with the raid's bench; the others are answers of a sign-up. */
const ANSWERS = ["yes", "late", "maybe", "bench", "no"] as const;
export type Answer = (typeof ANSWERS)[number];

/** The styles of Discord's buttons: 1 blurple, 2 grey, 3 green, 4 red, 5 a link. */
const STYLES: Readonly<Record<Answer, number>> = { yes: 3, late: 1, maybe: 2, bench: 2, no: 4 };

const CUSTOM_ID = /^raid:([\da-f-]{36}):(\w{1,10})$/;

/** What a button of an announcement means. Undefined for another button. */
export function answerOf(
  customId: string,
): { readonly raidId: string; readonly answer: Answer } | undefined {
  const [, raidId = "", text = ""] = CUSTOM_ID.exec(customId) ?? [];
  const answer = ANSWERS.find((one) => one === text);
  return answer && { raidId, answer };
}

/** The label of an answer, as a button shows it. */
export function labelOf(messages: Messages, answer: Answer): string {
  return answer === "bench" ? messages.discord.bench : messages.raids.signups[answer];
}

interface Look {
  readonly messages: Messages;
  /** The raid's page. */
  readonly url: string;
  /** False for a guild with a bot of its own: what its buttons send does not reach us. */
  readonly hasButtons: boolean;
}

/** A raid as a message in a channel: when, who comes, and buttons while people can sign up. */
export function raidMessage(raid: RaidView, { messages, url, hasButtons }: Look) {
  const t = messages.discord;
  const { embed } = limits.identity.discord;
  const seconds = Math.floor(raid.startsAt / 1_000);
  const isOpen = raid.status === "planned" || raid.status === "running";
  const lines = [
    ...(isOpen ? [] : [`**${messages.raids.status[raid.status]}**`]),
    `<t:${seconds}:F> (<t:${seconds}:R>)`,
    ...(raid.note === "" ? [] : [plainText(raid.note)]),
    t.coming(raid.coming),
  ];
  return {
    embeds: [
      {
        title: shortened(plainText(raid.name), embed.titleCharsMax),
        url,
        description: lines.join("\n"),
        fields: fieldsOf(raid, messages),
      },
    ],
    components: isOpen && hasButtons ? [{ type: 1, components: buttons(raid.id, messages) }] : [],
    allowed_mentions: { parse: [] },
  };
}

function buttons(raidId: string, messages: Messages) {
  return ANSWERS.map((answer) => ({
    type: 2,
    style: STYLES[answer],
    label: labelOf(messages, answer),
    custom_id: `raid:${raidId}:${answer}`,
  }));
}

function fieldsOf({ people }: RaidView, messages: Messages) {
  const active = people.filter(({ isActive }) => isActive);
  const coming = active.filter(({ signup }) => signup === "yes" || signup === "late");
  const roles = RAID_ROLES.map((role) =>
    field(
      messages.roster.roles[role],
      coming.filter((one) => one.role === role),
      messages,
    ),
  );
  const others = [
    field(
      messages.discord.otherRoles,
      coming.filter(({ role }) => role === null),
      messages,
    ),
    field(
      messages.raids.signups.maybe,
      active.filter(({ signup }) => signup === "maybe"),
      messages,
    ),
    field(
      messages.discord.bench,
      active.filter(({ presence }) => presence === "bench"),
      messages,
    ),
    field(
      messages.raids.signups.no,
      active.filter(({ signup }) => signup === "no"),
      messages,
    ),
  ];
  return [...roles, ...others].flat();
}

function field(name: string, people: readonly RaidPerson[], messages: Messages) {
  if (people.length === 0) return [];
  const names = people.map((one) =>
    one.signup === "late"
      ? `${plainText(one.name)} (${messages.raids.signups.late})`
      : plainText(one.name),
  );
  return [{ name: `${name} (${people.length})`, value: namesWithin(names), inline: true }];
}

/** As many names as fit into a field, and how many are left out. */
export function namesWithin(names: readonly string[]): string {
  const shown: string[] = [];
  let left = limits.discord.fieldCharsMax;
  for (const name of names) {
    left -= [...name].length + 2;
    if (left < 0) break;
    shown.push(name);
  }
  const hidden = names.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`+${hidden}`] : [])].join(", ");
}
