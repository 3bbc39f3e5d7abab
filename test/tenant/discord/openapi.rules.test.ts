import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { answerOf, raidMessage } from "../../../src/tenant/discord/announcements.ts";
import { privateMessage, responses } from "../../../src/tenant/discord/answers.ts";
import { commandDefinitions } from "../../../src/tenant/discord/commands.ts";
import type { RaidPerson, RaidView } from "../../../src/tenant/raids/queries.ts";
import { LOCALES, translator } from "../../../src/web/i18n/index.ts";
import { samplesFolder, sampleText } from "../../support/samples.ts";

const folder = samplesFolder("discord");
const ID = "0195d1f0-0000-7000-8000-000000000001";

const checks = new Map<string, ValidateFunction>();
const described = folder
  ? new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  : undefined;
described?.addSchema(JSON.parse(sampleText(folder!, "openapi-subset.json")), "discord");

/** Says what Discord's published description has against a body of a request to this address. */
function faultsOf(path: string, method: string, body: unknown): unknown {
  const place = `/paths/${path.replaceAll("/", "~1")}/${method}`;
  const pointer = encodeURI(`${place}/requestBody/content/application~1json/schema`);
  const check = checks.get(place) ?? described!.compile({ $ref: `discord#${pointer}` });
  checks.set(place, check);
  return check(body) ? [] : check.errors;
}

const people = (count: number, name: string): RaidPerson[] =>
  Array.from({ length: count }, (_, at) => ({
    personId: `${at}` as RaidPerson["personId"],
    name: `${name}${at}`,
    class: "mage",
    role: (["tank", "healer", "melee", "ranged", null] as const)[at % 5]!,
    isOwn: false,
    isActive: true,
    signup: (["yes", "late", "maybe", "no"] as const)[at % 4]!,
    signupNote: "",
    presence: at % 7 === 0 ? "bench" : null,
    creditPct: null,
    remark: null,
    isExempt: false,
    joinedAt: null,
    leftAt: null,
  }));

const raid = (all: readonly RaidPerson[], status: RaidView["status"] = "planned") =>
  ({
    id: ID,
    name: "*".repeat(60),
    note: "@".repeat(300),
    startsAt: 1_790_000_000_000,
    endsAt: 1_790_010_000_000,
    status,
    coming: all.length,
    people: all,
  }) as unknown as RaidView;

describe.skipIf(!folder)("what is sent to Discord fits its published description:", () => {
  test("the commands", () => {
    const path = "/applications/{application_id}/commands";
    const commands = commandDefinitions();
    expect(faultsOf(path, "put", commands)).toEqual([]);
    const tooLong = commands.map((one) => ({ ...one, description: "x".repeat(101) }));
    expect(faultsOf(path, "put", tooLong)).not.toEqual([]);
  });

  test("answers to interactions", () => {
    const path = "/interactions/{interaction_id}/{interaction_token}/callback";
    const long = "word ".repeat(1_000);
    for (const body of [responses.pong(), responses.deferred(), responses.message(long)]) {
      expect(faultsOf(path, "post", body)).toEqual([]);
    }
    const later = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
    expect(faultsOf(later, "patch", privateMessage(long))).toEqual([]);
  });

  test.each(LOCALES)("announcements of raids of every size (%s)", (locale) => {
    const look = {
      messages: translator(locale),
      url: "https://example.test/g/a",
      hasButtons: true,
    };
    for (const count of [0, 40, 400]) {
      for (const status of ["planned", "canceled"] as const) {
        const message = raidMessage(
          raid(people(count, "*Long_name_of_a_person*".repeat(2)), status),
          look,
        );
        const body = { ...message, nonce: "1", enforce_nonce: true };
        expect(faultsOf("/channels/{channel_id}/messages", "post", body)).toEqual([]);
        const one = "/channels/{channel_id}/messages/{message_id}";
        expect(faultsOf(one, "patch", message)).toEqual([]);
        const [embed] = message.embeds;
        const texts = [
          embed!.title,
          embed!.description,
          ...embed!.fields.flatMap((f) => [f.name, f.value]),
        ];
        expect(texts.reduce((sum, text) => sum + [...text].length, 0)).toBeLessThanOrEqual(6_000);
        for (const row of message.components) {
          for (const { custom_id: id, label } of row.components) {
            expect(answerOf(id)).toMatchObject({ raidId: ID });
            expect([...label].length).toBeLessThanOrEqual(80);
          }
        }
      }
    }
  });
});

test("a button of another program, or with another id, means nothing", () => {
  for (const id of [
    "",
    "raid",
    `raid:${ID}`,
    `raid:${ID}:maybe-not`,
    `raid:${ID}:admin`,
    `x:${ID}:yes`,
  ]) {
    expect(answerOf(id)).toBeUndefined();
  }
});
