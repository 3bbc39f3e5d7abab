import type { ImportRowKind } from "./document.ts";
import type { Verdict } from "./schema.ts";

/** How many rows of each kind have each verdict. */
export type ImportCounts = Readonly<
  Partial<Record<ImportRowKind, Readonly<Partial<Record<Verdict, number>>>>>
>;

/** Something that only a person can decide. The import waits for the answer. */
export interface ImportQuestion {
  readonly id: string;
  readonly kind: QuestionKind;
  /** What it is about, such as the name of a character. */
  readonly subject: string;
  readonly options: readonly ImportOption[];
}

/**
 * `database`: which of several databases in the file is this guild's. `date-order`: whether 3/4 is in
 * March or in April. `same-name`: two characters of the source have one name. `which-person`: the name
 * fits several people of the guild. `archived`: the name fits an archived person.
 */
type QuestionKind = "database" | "date-order" | "same-name" | "which-person" | "archived";

/** One possible answer. `label` is a name from the source or the guild, or "" if `value` says it all. */
interface ImportOption {
  readonly value: string;
  readonly label: string;
}

/** The result of a commit: each balance of the source beside the sum of the imported history. */
export interface ImportReport {
  readonly persons: readonly Reconciliation[];
  /** Balances that the answer leaves out, because the report would become too long. */
  readonly personsLeftOut: number;
}

/** One person's points in the pool's unit, as decimal texts. */
export interface Reconciliation {
  readonly person: string;
  readonly personId: string | null;
  readonly unit: string;
  /** The sum of the imported history. */
  readonly history: string;
  /** The balance in the source. */
  readonly balance: string;
  /** What was posted as an opening correction: balance minus history. */
  readonly correction: string;
}

/** A later change that prevents a reversal. */
export interface Obstacle {
  readonly kind: "entry" | "loot" | "attendance" | "import" | "decay" | "balance" | "link" | "raid";
  readonly id: string;
  readonly label: string;
}
