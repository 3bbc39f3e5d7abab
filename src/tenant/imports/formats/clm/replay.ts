import { type LuaTable, type LuaValue, listOf } from "../../../../kernel/lua-data.ts";
import { limits } from "../../../../limits.ts";
import type { SourceEntry, SourceLine } from "../../document.ts";
import type { DocumentBuilder } from "../builder.ts";
import { itemFrom, lineFrom, pointsFrom } from "../text.ts";
import { classOfNumber, guidText } from "./guid.ts";

type Unit = "pt" | "ep" | "gp";

interface Raid {
  readonly name: string;
  readonly startsAt: number;
  readonly present: Set<string>;
  readonly standby: Set<string>;
  readonly seen: Set<string>;
  endsAt: number;
}

/** Seconds of an entry. */
export function entryTime(entry: LuaTable): number {
  return Number(entry.get("_c") ?? 0);
}

/** The addon's id of an entry, by which raids and ignored entries are named. */
export function uidOf(entry: LuaTable): string {
  return ["_c", "_b", "_e", "_a"].map((name) => String(entry.get(name) ?? 0)).join("-");
}

const HOUR_MS = 3_600_000;

/** Plays the addon's ledger, because decay and points of a whole roster depend on what was before. */
export class LedgerReplay {
  readonly #builder: DocumentBuilder;
  readonly #roster: unknown;
  readonly #persons = new Map<string, string>();
  readonly #members = new Set<string>();
  readonly #points = new Map<string, number>();
  readonly #raids = new Map<string, Raid>();
  #isEpgp = false;

  /** `roster` is the roster whose points count, or undefined for all. */
  constructor(builder: DocumentBuilder, roster: unknown) {
    this.#builder = builder;
    this.#roster = roster;
  }

  apply(entry: LuaTable): void {
    switch (entry.get("_d")) {
      case "R0":
        if (this.#isOurs(entry)) this.#isEpgp = entry.get("p") === 1;
        break;
      case "P0":
        this.#addProfile(entry);
        break;
      case "R9":
        if (this.#isOurs(entry))
          for (const guid of guidsIn(entry.get("p"))) this.#members.add(guid);
        break;
      case "DM":
        if (this.#isOurs(entry)) this.#change(entry, guidsIn(entry.get("p")));
        break;
      case "DO":
        if (this.#isOurs(entry)) this.#change(entry, [...this.#members]);
        break;
      case "DR":
        this.#changeRaid(entry);
        break;
      case "DS":
        if (this.#isOurs(entry)) this.#set(entry, guidsIn(entry.get("p")));
        break;
      case "DD":
        if (this.#isOurs(entry)) this.#decay(entry, guidsIn(entry.get("p")), false);
        break;
      case "DT":
        if (this.#isOurs(entry)) this.#decay(entry, [...this.#members], entry.get("n") === true);
        break;
      case "IA":
      case "II":
        this.#award(entry);
        break;
      case "ID":
      case "IE":
        this.#disenchant(entry);
        break;
      default:
        this.#raid(entry);
    }
  }

  /** Writes the raids, which are complete only now. */
  finish(): void {
    for (const [uid, raid] of this.#raids) {
      const { name, startsAt, endsAt } = raid;
      this.#builder.add("raid", uid, name, { name, startsAt, endsAt });
      for (const guid of [...raid.seen, ...raid.standby]) {
        const person = this.#persons.get(guid);
        if (person === undefined) continue;
        const isBench = !raid.seen.has(guid);
        this.#builder.add("attendance", `${uid} ${guid}`, name, {
          raid: uid,
          person,
          presence: isBench ? "bench" : "present",
          creditPct: 100,
          remark: isBench ? "benched" : null,
        });
      }
    }
  }

  #isOurs(entry: LuaTable): boolean {
    return this.#roster === undefined || entry.get("r") === this.#roster;
  }

  #addProfile(entry: LuaTable): void {
    const [guid] = guidsIn([entry.get("g") ?? null]);
    if (guid === undefined) return;
    const person = this.#builder.player(entry.get("n"), {
      id: guid,
      class: classOfNumber(entry.get("c")),
    });
    if (person !== undefined) this.#persons.set(guid, person);
  }

  #change(entry: LuaTable, guids: readonly string[]): void {
    const value = Number(entry.get("v") ?? 0);
    const changes = guids.map((guid) => [guid, value] as const);
    const isSpent = entry.get("n") === true;
    this.#add(entry, isSpent && value < 0 ? "spend" : value < 0 ? "adjust" : "award", changes);
  }

  #changeRaid(entry: LuaTable): void {
    const raid = this.#raids.get(String(entry.get("r")));
    if (raid === undefined) return;
    const standby = entry.get("s") === true ? [...raid.standby] : [];
    this.#change(entry, [...new Set([...raid.present, ...standby])]);
  }

  #set(entry: LuaTable, guids: readonly string[]): void {
    const value = Number(entry.get("v") ?? 0);
    this.#add(
      entry,
      "adjust",
      guids.map((guid) => [guid, value - (this.#points.get(guid) ?? 0)] as const),
    );
  }

  #decay(entry: LuaTable, guids: readonly string[], keepsNegative: boolean): void {
    const share = Math.min(100, Math.max(0, Number(entry.get("v") ?? 0)));
    const changes = guids.map((guid) => {
      const before = this.#points.get(guid) ?? 0;
      if (keepsNegative && before < 0) return [guid, 0] as const;
      return [guid, rounded((before * (100 - share)) / 100) - before] as const;
    });
    this.#add(entry, "decay", changes);
  }

  #award(entry: LuaTable): void {
    const raid = String(entry.get("r"));
    const isOfRaid = entry.get("_d") === "II";
    if (isOfRaid ? !this.#raids.has(raid) : !this.#isOurs(entry)) return;
    const [guid] = guidsIn([entry.get("p") ?? null]);
    const person = guid === undefined ? undefined : this.#persons.get(guid);
    const item = itemFrom("", entry.get("i"));
    const key = uidOf(entry);
    const value = Number(entry.get("v") ?? 0);
    if (person !== undefined && guid !== undefined && value !== 0) {
      const unit = this.#isEpgp ? "gp" : "pt";
      this.#add(entry, "spend", [[guid, unit === "gp" ? value : -value]], {
        unit,
        reason: item.name,
        loot: key,
      });
    }
    this.#builder.add(
      "loot",
      key,
      item.name,
      {
        itemName: item.name,
        itemId: item.id,
        fate: "person",
        person: person ?? null,
        points: pointsFrom(value) ?? "0",
        ...(value !== 0 && { entry: key }),
        ...(isOfRaid && { raid }),
        note: lineFrom(entry.get("e"), limits.loot.noteCharsMax),
        at: entryTime(entry) * 1_000,
      },
      person === undefined ? "bad-players" : item.name === "" ? "bad-item" : undefined,
    );
  }

  #disenchant(entry: LuaTable): void {
    const raid = String(entry.get("r"));
    const isOfRaid = entry.get("_d") === "IE";
    const item = itemFrom("", entry.get("i"));
    if (item.name === "" || (isOfRaid ? !this.#raids.has(raid) : !this.#isOurs(entry))) return;
    this.#builder.add("loot", uidOf(entry), item.name, {
      itemName: item.name,
      itemId: item.id,
      fate: "disenchanted",
      person: null,
      ...(isOfRaid && { raid }),
      at: entryTime(entry) * 1_000,
    });
  }

  /** AC: made. AS: started. AU: people came and went. AE: ended. */
  #raid(entry: LuaTable): void {
    const at = entryTime(entry) * 1_000;
    if (entry.get("_d") === "AC" && this.#isOurs(entry)) {
      const name = lineFrom(entry.get("n"), limits.raids.nameCharsMax) || "Raid";
      const empty = () => new Set<string>();
      const people = { present: empty(), standby: empty(), seen: empty() };
      this.#raids.set(uidOf(entry), { name, startsAt: at, endsAt: at + 4 * HOUR_MS, ...people });
      return;
    }
    const raid = this.#raids.get(String(entry.get("r")));
    if (raid === undefined) return;
    if (entry.get("_d") === "AE") raid.endsAt = Math.max(at, raid.startsAt);
    for (const guid of guidsIn(entry.get("l"))) raid.present.delete(guid);
    for (const guid of guidsIn(entry.get("p"))) {
      raid.present.add(guid);
      raid.seen.add(guid);
    }
    for (const guid of guidsIn(entry.get("s"))) raid.standby.add(guid);
  }

  #add(
    entry: LuaTable,
    kind: SourceEntry["entryKind"],
    changes: readonly (readonly [guid: string, value: number])[],
    facts: { readonly unit?: Unit; readonly reason?: string; readonly loot?: string } = {},
  ): void {
    const unit = facts.unit ?? (this.#isEpgp ? "ep" : "pt");
    const lines = changes.flatMap(([guid, value]): SourceLine[] => {
      const person = this.#persons.get(guid);
      const points = pointsFrom(value);
      if (person === undefined || points === undefined) return [];
      if (unit !== "gp") this.#points.set(guid, rounded((this.#points.get(guid) ?? 0) + value));
      return [{ person, points, ...(unit !== "pt" && { unit }) }];
    });
    if (lines.length === 0) return;
    const note = lineFrom(entry.get("t"), limits.dkp.reasonCharsMax);
    const reason = facts.reason ?? (note || REASONS[kind] || "Imported entry");
    this.#builder.add("entry", uidOf(entry), `${reason}: ${lines[0]!.points} × ${lines.length}`, {
      entryKind: kind,
      at: entryTime(entry) * 1_000,
      reason,
      lines,
      ...(facts.loot !== undefined && { loot: facts.loot }),
    });
  }
}

const REASONS: Readonly<Partial<Record<SourceEntry["entryKind"], string>>> = {
  decay: "Decay",
  award: "Points",
  adjust: "Correction",
};

/** The addon rounds to two digits, half up. */
function rounded(value: number): number {
  return Math.floor(value * 100 + 0.5) / 100;
}

/** The characters in a list of `{server, number}` pairs. */
function guidsIn(value: LuaValue | readonly LuaValue[] | undefined): readonly string[] {
  const list =
    value instanceof Map
      ? listOf(value)
      : Array.isArray(value)
        ? (value as readonly LuaValue[])
        : [];
  return list.flatMap((pair) => {
    const guid = pair instanceof Map ? guidText(pair.get(1), pair.get(2)) : undefined;
    return guid ?? [];
  });
}
