import type { z } from "@hono/zod-openapi";
import { limits } from "../../../limits.ts";
import type { Messages } from "../../../web/i18n/index.ts";
import type { ReportDelta } from "./delta.ts";
import { lengthOf, plainText, shortened } from "./discord-text.ts";
import {
  type FoundIssue,
  ISSUE_KINDS,
  ISSUE_TYPES,
  type IssueType,
  type Severity,
} from "./kinds.ts";

type Texts = Messages["identityReport"];

/** What a report needs of an issue. */
export type ReportedIssue = Pick<FoundIssue, "type" | "subject"> & {
  readonly details: Readonly<Record<string, unknown>>;
};

interface Embed {
  readonly title: string;
  readonly description?: string;
  readonly url?: string;
  readonly color: number;
  readonly fields?: readonly {
    readonly name: string;
    readonly value: string;
    readonly inline: true;
  }[];
  readonly footer?: { readonly text: string };
}

/** The body of `POST /channels/{id}/messages`. */
export interface DiscordMessage {
  readonly embeds: readonly Embed[];
  readonly allowed_mentions: { readonly parse: readonly [] };
}

export interface ReportInput {
  readonly guildName: string;
  readonly delta: ReportDelta<ReportedIssue>;
  /** The first report of a guild is one summary of everything that is open. */
  readonly isFirst: boolean;
  /** The page of issues. */
  readonly url: string;
  /** True when the bot may not list members, so that others than those it met are unknown. */
  readonly isPartial: boolean;
}

const COLOURS: Readonly<Record<Severity, number>> = {
  problem: 0xd9534f,
  task: 0xf0ad4e,
  note: 0x5bc0de,
};
const RESOLVED_COLOUR = 0x5cb85c;

/**
 * The messages of a report, within Discord's limits: only what changed, by section and type. No
 * message at all when nothing changed. Names in it neither mention nor link anything.
 */
export function buildReport(input: ReportInput, texts: Texts): readonly DiscordMessage[] {
  if (input.isFirst) return [message([summary(input, texts)])];
  const embeds = (["created", "reopened", "resolved"] as const).flatMap((section) => {
    const byType = Map.groupBy(input.delta[section], (one) => one.type);
    return ISSUE_TYPES.flatMap((type) => {
      const issues = byType.get(type) ?? [];
      return issues.length > 0 ? embedsOf(section, type, issues, input, texts) : [];
    });
  });
  return pages(embeds, input, texts);
}

function summary({ guildName, delta, url, isPartial }: ReportInput, texts: Texts): Embed {
  const { embed } = limits.identity.discord;
  const open = [...delta.created, ...delta.reopened];
  const counts = Map.groupBy(open, (one) => one.type);
  const fields = ISSUE_TYPES.filter((type) => counts.has(type))
    .slice(0, embed.fieldsMax)
    .map((type) => {
      const name = shortened(texts.types[type], embed.fieldNameCharsMax);
      return { name, value: String(counts.get(type)!.length), inline: true } as const;
    });
  return {
    title: titleOf(guildName, texts),
    description: fields.length > 0 ? texts.firstLead : texts.clean,
    url,
    color: fields.length > 0 ? COLOURS.task : RESOLVED_COLOUR,
    fields,
    ...(isPartial && { footer: { text: shortened(texts.partial, embed.footerCharsMax) } }),
  };
}

function titleOf(guildName: string, texts: Texts): string {
  return shortened(texts.title(plainText(guildName)), limits.identity.discord.embed.titleCharsMax);
}

/** The issues of one type, in as many embeds as their lines need. */
function embedsOf(
  section: keyof ReportDelta<unknown>,
  type: IssueType,
  issues: readonly ReportedIssue[],
  { url }: ReportInput,
  texts: Texts,
): readonly Embed[] {
  const { embed } = limits.identity.discord;
  const heading = texts.heading(texts.sections[section], texts.types[type], issues.length);
  const color = section === "resolved" ? RESOLVED_COLOUR : COLOURS[ISSUE_KINDS[type].severity];
  const lines = issues
    .toSorted((a, b) => (a.subject < b.subject ? -1 : Number(a.subject > b.subject)))
    .map((one) => shortened(`• ${lineOf(one, texts)}`, embed.descriptionCharsMax));
  const title = shortened(heading, embed.titleCharsMax);
  return chunks(lines, embed.descriptionCharsMax).map((description) => ({
    title,
    description,
    url,
    color,
  }));
}

/** Lines joined to texts of at most `max` code points. */
function chunks(lines: readonly string[], max: number): readonly string[] {
  const found: string[] = [];
  let current: string[] = [];
  let length = 0;
  for (const line of lines) {
    const own = lengthOf(line) + 1;
    if (current.length > 0 && length + own - 1 > max) {
      found.push(current.join("\n"));
      current = [];
      length = 0;
    }
    current.push(line);
    length += own;
  }
  if (current.length > 0) found.push(current.join("\n"));
  return found;
}

/** Embeds in messages, each below the limits of a message. What does not fit is counted at the end. */
function pages(
  embeds: readonly Embed[],
  input: ReportInput,
  texts: Texts,
): readonly DiscordMessage[] {
  const { message: max } = limits.identity.discord;
  const found: Embed[][] = [];
  let room = 0;
  for (const embed of embeds) {
    const length = charsOf(embed);
    const last = found.at(-1);
    if (last && last.length < max.embedsMax && length <= room) last.push(embed);
    else found.push([embed]);
    room = (found.at(-1) === last ? room : max.charsMax) - length;
  }
  const kept = found.slice(0, max.perReportMax);
  const left = found.slice(max.perReportMax).flat();
  const messages = kept.map(message);
  const notes = [];
  if (left.length > 0) {
    const lines = left.reduce((sum, one) => sum + (one.description ?? "").split("\n").length, 0);
    notes.push(texts.more(lines));
  }
  if (input.isPartial && found.length > 0) notes.push(texts.partial);
  if (notes.length === 0) return messages;
  const description = shortened(
    notes.join("\n"),
    limits.identity.discord.embed.descriptionCharsMax,
  );
  const title = titleOf(input.guildName, texts);
  return [...messages, message([{ title, description, url: input.url, color: COLOURS.note }])];
}

/** What counts towards the limit of a message. */
function charsOf({ title, description, fields, footer }: Embed): number {
  const texts = [title, description ?? "", footer?.text ?? ""];
  const all = [...texts, ...(fields ?? []).flatMap(({ name, value }) => [name, value])];
  return all.reduce((sum, text) => sum + lengthOf(text), 0);
}

function message(embeds: readonly Embed[]): DiscordMessage {
  return { embeds, allowed_mentions: { parse: [] } };
}

/** One issue in a line. Details come from the database and are read by the schema of their type. */
export function lineOf(issue: ReportedIssue, texts: Texts): string {
  const found = LINES[issue.type](issue.details, texts.lines, texts);
  return found ?? plainText(issue.subject);
}

type LineOf = (details: unknown, lines: Texts["lines"], texts: Texts) => string | undefined;

/** A line from details that fit their schema. Undefined for others, of an older version. */
function line<S extends z.ZodObject>(
  schema: S,
  make: (details: z.infer<S>, lines: Texts["lines"], texts: Texts) => string,
): LineOf {
  return (details, lines, texts) => {
    const found = schema.safeParse(details);
    return found.success ? make(found.data, lines, texts) : undefined;
  };
}

const dateOf = (at: number) => new Date(at).toISOString().slice(0, 10);
const named = (names: readonly string[]) => names.slice(0, 10).map(plainText).join(", ");

const LINES: Readonly<Record<IssueType, LineOf>> = {
  role_mismatch: line(ISSUE_KINDS.role_mismatch.details, (one, lines) =>
    lines.role_mismatch(plainText(one.name), plainText(one.ingame), plainText(one.has)),
  ),
  no_guild_role: line(ISSUE_KINDS.no_guild_role.details, (one, lines) =>
    one.ingame === null
      ? plainText(one.name)
      : lines.no_guild_role(plainText(one.name), plainText(one.ingame)),
  ),
  link_contradicts_note: line(ISSUE_KINDS.link_contradicts_note.details, (one, lines) =>
    lines.contradicts(plainText(one.name), plainText(one.note), plainText(one.named)),
  ),
  proof_contested: line(ISSUE_KINDS.proof_contested.details, (one, lines) =>
    lines.contested(plainText(one.name), plainText(one.member), plainText(one.person)),
  ),
  note_mismatch: line(ISSUE_KINDS.note_mismatch.details, (one, lines) =>
    lines.contradicts(plainText(one.name), plainText(one.note), plainText(one.named)),
  ),
  duplicate_discord_link: line(ISSUE_KINDS.duplicate_discord_link.details, (one) =>
    named(one.names),
  ),
  stale_discord_link: line(ISSUE_KINDS.stale_discord_link.details, (one, lines) =>
    lines.names(plainText(one.name), named(one.characters)),
  ),
  member_without_active_character: line(
    ISSUE_KINDS.member_without_active_character.details,
    (one, lines) => lines.names(plainText(one.name), named(one.characters)),
  ),
  orphan_wow: line(ISSUE_KINDS.orphan_wow.details, (one) => plainText(one.name)),
  orphan_discord: line(ISSUE_KINDS.orphan_discord.details, (one) => plainText(one.name)),
  link_suggestion: line(ISSUE_KINDS.link_suggestion.details, (one, lines) =>
    lines.suggestion(plainText(one.name), plainText(one.member)),
  ),
  note_cycle: line(ISSUE_KINDS.note_cycle.details, (one) =>
    one.names.slice(0, 10).map(plainText).join(" → "),
  ),
  stale_character: line(ISSUE_KINDS.stale_character.details, (one, lines) =>
    lines.since(plainText(one.name), dateOf(one.lastLoginAt)),
  ),
  mapped_role_missing: line(ISSUE_KINDS.mapped_role_missing.details, (one, lines) =>
    lines.rank(one.rank, plainText(one.role)),
  ),
  mapped_role_ambiguous: line(ISSUE_KINDS.mapped_role_ambiguous.details, (one, lines) =>
    lines.rank(one.rank, plainText(one.role)),
  ),
  mapped_role_unheld: line(ISSUE_KINDS.mapped_role_unheld.details, (one) => plainText(one.role)),
  source_stale: line(ISSUE_KINDS.source_stale.details, (one, lines, texts) =>
    lines.since(
      sourceName(one.source, texts),
      one.since === null ? texts.never : dateOf(one.since),
    ),
  ),
  roster_quarantined: line(ISSUE_KINDS.roster_quarantined.details, (one, lines, texts) =>
    lines.since(
      sourceName(one.source, texts),
      one.since === null ? texts.never : dateOf(one.since),
    ),
  ),
};

function sourceName(source: string, texts: Texts): string {
  const names: Readonly<Record<string, string>> = texts.sources;
  return names[source] ?? plainText(source);
}
