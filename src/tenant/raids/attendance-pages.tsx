import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { type Fields, parsedForm, sentForm } from "../page-forms.ts";
import { matchBody, presenceBody } from "./api.ts";
import { activeRoster } from "./present-names.ts";
import type { RaidView } from "./queries.ts";
import * as service from "./service.ts";
import { TickListPage } from "./views/tick-list.tsx";

type PageContext = Context<GuildEnv>;

const LISTS = new Set(["signed", "others"]);

/** The page that takes the attendance of a raid in one act. */
export function attendancePages() {
  const router = createRouter<GuildEnv>();
  const canManage = requirePermission("raids.manage");
  router.get("/raids/:id/attendance", canManage, async (c) => {
    const raid = await service.raid(c.var.guild, c.req.param("id"));
    return await showList(c, raid, { ticked: present(raid), form: emptyForm });
  });
  router.post("/raids/:id/attendance/list", canManage, sendList);
  return router;
}

interface Shown {
  /** The people with a tick. */
  readonly ticked: ReadonlySet<string>;
  readonly form: FormState;
  readonly matches?: service.NameMatches | undefined;
  /** Shows what another person saved, beside the ticks. */
  readonly isOutdated?: boolean;
}

const present = (raid: RaidView): ReadonlySet<string> =>
  new Set(
    raid.people
      .filter(({ presence }) => presence === "present" || presence === "bench")
      .map(({ personId }) => personId),
  );

/** Saves the list, or ticks more people and shows it again. */
async function sendList(c: PageContext) {
  const ctx = c.var.guild;
  const id = c.req.param("id")!;
  const fields = await sentForm(c, LISTS);
  const raid = await service.raid(ctx, id);
  const ticked = new Set([fields["signed"] ?? [], fields["others"] ?? []].flat());
  // The lists are shown by `ticked`, not as they were sent.
  const { signed: _, others: __, ...values } = fields;
  try {
    const matches = await matched(c, id, fields);
    for (const { personId } of matches.people) ticked.add(personId);
    const left = [...matches.unknown, ...matches.ambiguous.map(({ name }) => name)];
    const isFromLog = fields["act"] === "log";
    const form = { values: isFromLog ? values : { ...values, names: left.join("\n") }, errors: {} };
    if (fields["act"] === "all" || fields["act"] === "none") {
      const isAll = fields["act"] === "all";
      const all = raid.people.map(({ personId }) => personId);
      const shown = new Set(isAll ? [...ticked, ...all] : []);
      return await showList(c, raid, { ticked: shown, form: { values, errors: {} } });
    }
    if (fields["act"] !== "save") return await showList(c, raid, { ticked, form, matches });
    if (left.length > 0) {
      c.status(422);
      const detail = viewOf(c).messages.raids.namesLeft;
      return await showList(c, raid, { ticked, matches, form: { ...form, detail } });
    }
    const body = parsedForm(presenceBody, bodyOf(raid, ticked, fields));
    await service.setPresence(ctx, id, body.people, body);
    return c.redirect(`/g/${ctx.guild.slug}/raids/${id}?done=saved`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 409);
    const isOutdated = error.code === "raids/attendance-changed";
    const form = failedForm(error, values, viewOf(c).messages);
    return await showList(c, await service.raid(ctx, id), { ticked, form, isOutdated });
  }
}

/** Pasted names count for every act, so that none is lost. A log counts where it was asked for. */
async function matched(c: PageContext, id: string, fields: Fields) {
  const { names, logId, act } = fields;
  const isLog = act === "log" && logId !== undefined && logId !== "";
  const isNamed = act === "names" || act === "save";
  const body = parsedForm(matchBody, {
    ...(isNamed && names !== undefined && { names }),
    ...(isLog && { logId }),
  });
  return await service.matchAttendance(c.var.guild, id, body);
}

/** Everyone with a tick, on the bench if they were there, and the others of the raid as absent. */
function bodyOf(raid: RaidView, ticked: ReadonlySet<string>, fields: Fields) {
  const was = new Map(raid.people.map((one) => [one.personId as string, one]));
  const there = [...ticked].map((personId) => ({
    personId,
    presence: was.get(personId)?.presence === "bench" ? "bench" : "present",
    // Who was absent without notice and is there after all has no remark any more.
    ...(was.get(personId)?.presence === "absent" && { remark: null }),
  }));
  const absent = raid.people
    .filter(({ personId, presence }) => presence !== null && !ticked.has(personId))
    .map(({ personId }) => ({ personId, presence: "absent" as const }));
  return { people: [...there, ...absent], mode: "replace", version: fields["version"] };
}

async function showList(c: PageContext, raid: RaidView, shown: Shown) {
  const ctx = c.var.guild;
  const [roster, found] = await Promise.all([
    activeRoster(ctx),
    shown.matches ?? service.matchAttendance(ctx, raid.id, {}),
  ]);
  const signed = new Set<string>(raid.people.map(({ personId }) => personId));
  const { compare } = new Intl.Collator(c.var.locale);
  const others = roster.people
    .filter(({ personId }) => !signed.has(personId))
    .toSorted((a, b) => compare(a.name, b.name));
  c.header("Cache-Control", "no-store");
  return c.html(
    <TickListPage
      view={viewOf(c)}
      raid={raid}
      form={shown.form}
      others={others}
      ticked={shown.ticked}
      matches={shown.matches}
      reports={found.reports}
      saved={
        shown.isOutdated
          ? raid.people.filter(({ presence }) => presence === "present" || presence === "bench")
          : undefined
      }
    />,
  );
}
