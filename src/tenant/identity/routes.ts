import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import * as api from "./api.ts";
import { type IdentityPerson, identityBoard } from "./board.ts";
import { mismatches } from "./checks.ts";
import { connect } from "./connect.ts";
import { sendAddon, sendCompanion } from "./downloads.ts";
import { changeIssue, issues } from "./issues.ts";
import { recentRuns, requestRun } from "./runs.ts";
import * as service from "./service.ts";
import { identitySettings, readSettings } from "./settings.ts";
import { importSheet } from "./sheet-import.ts";
import { readSource, readSources } from "./sources.ts";
import { storeUpload } from "./uploads.ts";

const operations = guildOperations("Identity");
const linkId = z.object({ id: z.uuid() });
const zipFile = {
  description: "A zip file.",
  content: { "application/zip": { schema: z.string().openapi({ format: "binary" }) } },
};
const started = { 202: json(api.runStarted, "The run waits for its turn.") };
const listOf = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item) });

/** Who is who in the game, in Discord and on the roster. */
export const identityApi = createRouter<GuildEnv>();

identityApi.openapi(
  operations.get("/guild-sync/settings", {
    id: "getIdentitySettings",
    summary: "Get the identity settings",
    description: "Returns where the guild is found in the game and in Discord.",
    needs: "identity.manage",
    answers: { 200: json(identitySettings, "The settings.") },
  }),
  async (c) => c.json(await readSettings(c.var.guild), 200),
);

identityApi.openapi(
  operations.put("/guild-sync/settings", {
    id: "setIdentitySettings",
    summary: "Set the identity settings",
    description:
      "Replaces where the guild is found in the game and in Discord, and which role each rank " +
      "means. The sources are read soon after.",
    problems: ["identity/server-taken"],
    needs: "settings.manage",
    body: identitySettings,
    answers: { 200: json(identitySettings, "The settings as they are now.") },
  }),
  async (c) => {
    await connect(c.var.guild, c.var.services, c.req.valid("json"));
    return c.json(await readSettings(c.var.guild), 200);
  },
);

for (const kind of ["blizzard", "discord", "match", "report"] as const) {
  const what = {
    blizzard: "Reads the guild's roster and some profiles from Blizzard, then matches.",
    discord: "Reads the members and roles of the guild's Discord server, then matches.",
    match: "Matches characters with Discord members and checks what does not fit.",
    report: "Posts to the channel for reports what no report has named yet.",
  }[kind];
  identityApi.openapi(
    operations.post(`/guild-sync/${kind}/trigger`, {
      id: `trigger${kind[0]!.toUpperCase()}${kind.slice(1)}`,
      summary: `Start a ${kind} run`,
      description: `${what} The status lists the run under the id of the answer.`,
      needs: "identity.manage",
      answers: started,
    }),
    async (c) => c.json({ runId: await requestRun(c.var.guild, c.var.services, kind) }, 202),
  );
}

identityApi.openapi(
  operations.get("/guild-sync/status", {
    id: "getIdentityStatus",
    summary: "Get runs and sources",
    description: "Lists the newest runs, and how each source is doing.",
    needs: "identity.manage",
    answers: { 200: json(api.statusJson, "Runs and sources.") },
  }),
  async (c) => {
    const ctx = c.var.guild;
    const [runs, sources] = [await recentRuns(ctx), await readSources(ctx)];
    return c.json({ runs: [...runs], sources: [...sources] }, 200);
  },
);

identityApi.openapi(
  operations.post("/guild-sync/addon-upload", {
    id: "uploadAddonExport",
    summary: "Upload an addon's export",
    description:
      "Takes the SavedVariables file of the addon as it is. The same file again changes nothing. " +
      "A file that is cut off, or lists fewer characters than it announces, is refused.",
    problems: ["identity/bad-export", "identity/roster-quarantined"],
    needs: "identity.upload",
    content: { required: true, content: { "text/plain": { schema: z.string() } } },
    answers: { 202: json(api.uploadAnswer, "The export is stored; a matching run follows.") },
  }),
  async (c) => c.json(await storeUpload(c.var.guild, c.var.services, await c.req.text()), 202),
);

identityApi.openapi(
  operations.get("/guild-sync/addon-upload/status", {
    id: "getAddonUploadStatus",
    summary: "Get the last addon upload",
    description: "Returns when the last export was uploaded, its hash and its number of rows.",
    needs: "identity.upload",
    answers: { 200: json(api.uploadStatus, "The last upload.") },
  }),
  async (c) => {
    const source = await readSource(c.var.guild, "addon");
    const { lastGoodAt = null, hash = null, rows = null } = source ?? {};
    return c.json({ lastUploadAt: lastGoodAt, hash, rows }, 200);
  },
);

identityApi.openapi(
  operations.get("/guild-sync/addon", {
    id: "downloadAddon",
    summary: "Download the addon",
    description: "Returns the game's addon as a zip, to unpack into `Interface/AddOns`.",
    needs: "identity.manage",
    answers: { 200: zipFile },
  }),
  sendAddon,
);

identityApi.openapi(
  operations.get("/guild-sync/companion", {
    id: "downloadCompanion",
    summary: "Download the companion",
    description:
      "Returns a zip with the program that uploads what the addon exports, with this server and " +
      "guild in its settings. It holds no key.",
    needs: "identity.manage",
    answers: { 200: zipFile },
  }),
  sendCompanion,
);

identityApi.openapi(
  operations.post("/identity/imports/sheet", {
    id: "importIdentitySheet",
    summary: "Import who is who from sheets",
    description:
      "Takes two CSV texts, characters with their Discord names and Discord names with their ids, " +
      "and links them as officers' decisions. The same sheets again change nothing.",
    needs: "identity.manage",
    body: api.sheetImport,
    answers: { 202: json(api.sheetAnswer, "What was linked, and the lines with problems.") },
  }),
  async (c) => {
    const answer = await importSheet(c.var.guild, c.var.services, c.req.valid("json"));
    return c.json({ ...answer, problems: [...answer.problems] }, 202);
  },
);

identityApi.openapi(
  operations.get("/identity/persons", {
    id: "listIdentityPersons",
    summary: "List persons with their links",
    description: "Lists everyone who has a linked character or Discord account, by name.",
    needs: "identity.manage",
    answers: { 200: json(listOf(api.personJson), "Persons.") },
  }),
  async (c) => {
    const { persons } = await identityBoard(c.var.guild);
    return c.json({ items: persons.map(plain) }, 200);
  },
);

identityApi.openapi(
  operations.get("/identity/orphans/wow", {
    id: "listOrphanCharacters",
    summary: "List characters without a Discord account",
    description: "Lists characters of the guild that no Discord account is known for.",
    needs: "identity.manage",
    answers: { 200: json(listOf(api.characterJson), "Characters.") },
  }),
  async (c) => {
    const { orphanCharacters } = await identityBoard(c.var.guild);
    return c.json({ items: [...orphanCharacters] }, 200);
  },
);

identityApi.openapi(
  operations.get("/identity/orphans/discord", {
    id: "listOrphanMembers",
    summary: "List Discord members without a character",
    description:
      "Lists members of the server without a person. Bots and members without a guild role are " +
      "left out.",
    needs: "identity.manage",
    answers: { 200: json(listOf(api.memberJson), "Members.") },
  }),
  async (c) => {
    const { orphanMembers } = await identityBoard(c.var.guild);
    return c.json({ items: [...orphanMembers] }, 200);
  },
);

identityApi.openapi(
  operations.get("/identity/mismatches", {
    id: "listRoleMismatches",
    summary: "List members whose role does not fit",
    description: "Lists members whose Discord role is not the one that their rank means.",
    needs: "identity.manage",
    answers: { 200: json(listOf(api.mismatchJson), "Mismatches.") },
  }),
  async (c) => c.json({ items: [...(await mismatches(c.var.guild))] }, 200),
);

identityApi.openapi(
  operations.get("/identity/suggestions", {
    id: "listLinkSuggestions",
    summary: "List suggested links",
    description: "Lists likely pairs of a character and a member, the most similar first.",
    needs: "identity.manage",
    answers: { 200: json(listOf(api.suggestionJson), "Suggestions.") },
  }),
  async (c) => {
    const { suggestions } = await identityBoard(c.var.guild);
    return c.json({ items: [...suggestions] }, 200);
  },
);

identityApi.openapi(
  operations.post("/identity/rejections", {
    id: "rejectLinkSuggestion",
    summary: "Reject a suggested link",
    description: "The pair is not suggested again. To accept it, link the two.",
    problems: ["identity/suggestion-not-found"],
    needs: "identity.manage",
    body: api.pairBody,
    answers: { 204: { description: "Rejected." } },
  }),
  async (c) => {
    await service.rejectSuggestion(c.var.guild, c.req.valid("json"));
    return c.body(null, 204);
  },
);

identityApi.openapi(
  operations.post("/identity/link", {
    id: "linkCharacterToMember",
    summary: "Link a character to a Discord member",
    description:
      "Says that the character belongs to the member. Automation never changes this; it ends with " +
      "DELETE.",
    problems: ["identity/character-not-found", "identity/member-not-found", "identity/verified"],
    needs: "identity.manage",
    body: api.pairBody,
    answers: { 201: json(api.personJson, "The person as it is now.") },
  }),
  async (c) => c.json(plain(await service.linkCharacter(c.var.guild, c.req.valid("json"))), 201),
);

identityApi.openapi(
  operations.post("/identity/confirm", {
    id: "confirmLink",
    summary: "Confirm a link",
    description: "Confirms a link that automation made, so that it stays.",
    problems: ["identity/link-not-found"],
    needs: "identity.manage",
    body: api.confirmBody,
    answers: { 200: json(api.personJson, "The person as it is now.") },
  }),
  async (c) => {
    const person = await service.confirmLink(c.var.guild, c.req.valid("json").linkId);
    return c.json(plain(person), 200);
  },
);

identityApi.openapi(
  operations.delete("/identity/link/{id}", {
    id: "removeLink",
    summary: "Remove a link",
    description: "Ends a link that is wrong. The matching does not make it again.",
    problems: ["identity/link-not-found"],
    needs: "identity.manage",
    params: linkId,
    answers: { 204: { description: "Ended." } },
  }),
  async (c) => {
    await service.removeLink(c.var.guild, c.req.valid("param").id);
    return c.body(null, 204);
  },
);

identityApi.openapi(
  operations.get("/identity/issues", {
    id: "listIntegrityIssues",
    summary: "List what does not fit",
    description: "Lists open issues, or resolved ones, the newest first.",
    needs: "identity.manage",
    query: api.issueFilter,
    answers: { 200: json(listOf(api.issueJson), "Issues.") },
  }),
  async (c) => {
    const items = await issues(c.var.guild, c.req.valid("query").state);
    return c.json({ items: [...items] }, 200);
  },
);

identityApi.openapi(
  operations.patch("/identity/issues/{id}", {
    id: "changeIntegrityIssue",
    summary: "Change an issue",
    description:
      "Acknowledges, snoozes or resolves it. An issue whose cause is still there comes back as a " +
      "new one after the next check.",
    problems: ["identity/issue-not-found"],
    needs: "identity.manage",
    params: linkId,
    body: api.issueChange,
    answers: { 200: json(api.issueJson, "The issue as it is now.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await changeIssue(c.var.guild, id, c.req.valid("json")), 200);
  },
);

function plain(person: IdentityPerson) {
  return { ...person, characters: [...person.characters] };
}
