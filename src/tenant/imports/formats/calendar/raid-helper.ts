import { HOUR_MS } from "../../../../kernel/time.ts";
import { limits } from "../../../../limits.ts";
import { classFrom, roleFrom } from "../../../roster/classes.ts";
import type { SourceSignup } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import type { ImportFormat, ReadContext } from "../format.ts";
import { itemsOf, objectOf, readJson } from "../json.ts";
import { lineFrom, shortHash } from "../text.ts";

/** The sign-up is in the name of the class: these are no classes. */
const ANSWERS: Readonly<Record<string, SourceSignup["status"]>> = {
  late: "late",
  bench: "maybe",
  tentative: "maybe",
  absence: "no",
  declined: "no",
};

/** Events of Raid-Helper with their sign-ups, one or a list of them. */
export const raidHelper: ImportFormat = {
  detect: (text) => {
    const start = text.slice(0, 100_000);
    return /^\s*[[{]/.test(start) && /"signUps"\s*:/.test(start) && /"startTime"\s*:/.test(start);
  },
  read: (text, context) => {
    const root = readJson(text);
    const list = objectOf(root)?.["postedEvents"] ?? root;
    const builder = new DocumentBuilder(context);
    for (const event of Array.isArray(list) ? itemsOf(list) : [objectOf(list) ?? {}]) {
      addEvent(builder, event, context);
    }
    return builder.document({ format: "raid-helper", source: "raid-helper" });
  },
};

function addEvent(
  builder: DocumentBuilder,
  event: Readonly<Record<string, unknown>>,
  context: ReadContext,
): void {
  const starts = dateFrom(event["startTime"], context);
  const ends = dateFrom(event["endTime"], context);
  if (starts === undefined) return;
  const name =
    lineFrom(event["title"] ?? event["displayTitle"], limits.raids.nameCharsMax) || "Raid";
  const id = lineFrom(event["id"], 40) || shortHash(`${name} ${starts.at}`);
  const endsAt = ends && ends.at > starts.at ? ends.at : starts.at + 3 * HOUR_MS;
  const isPlanned = starts.at > context.nowMs;
  builder.add("raid", id, name, { name, startsAt: starts.at, endsAt, isPlanned });
  for (const row of itemsOf(event["signUps"] ?? [])) {
    const word = lineFrom(row["className"], 40).toLowerCase();
    const person = builder.player(row["name"], { class: classFrom(word) });
    const entered = dateFrom(row["entryTime"], context);
    if (person === undefined) continue;
    builder.add("signup", `${id} ${person}`, `${name}: ${lineFrom(row["name"], 40)}`, {
      raid: id,
      person,
      status: ANSWERS[word] ?? "yes",
      role: roleFrom(lineFrom(row["roleName"], 40).replace(/s$/i, "")) ?? null,
      note: word === "bench" ? "Bench" : "",
      at: entered?.at ?? starts.at,
    });
  }
}
