import { limits } from "../../limits.ts";
import { recordValue } from "./domain-names.ts";
import type { DomainStatus } from "./schema.ts";

/** What the DNS says about the TXT records of a name. */
export type TxtAnswer =
  | { readonly type: "found"; readonly texts: readonly string[] }
  /** The name or its TXT records do not exist. */
  | { readonly type: "absent" }
  /** No server answered, or its answer was an error. It says nothing about the record. */
  | { readonly type: "unreachable"; readonly reason: string };

/** What a check found about one claim. */
export type Proof = "present" | "missing" | "unknown";

/** The part of a claim that checks decide. Times in Unix milliseconds. */
export interface ClaimState {
  readonly status: DomainStatus;
  readonly provedAt: number | null;
  readonly missingSince: number | null;
}

/** Whether an answer proves the claim of this challenge. */
export function proofIn(answer: TxtAnswer, challenge: string): Proof {
  if (answer.type === "unreachable") return "unknown";
  const expected = recordValue(challenge);
  const isThere = answer.type === "found" && answer.texts.some((text) => text.trim() === expected);
  return isThere ? "present" : "missing";
}

/**
 * An active claim after a check. It is lost when all checks of `lostAfterMs` found no record. A check without
 * an answer changes nothing, so that a failure of our resolver takes no domain from a guild.
 */
export function afterCheck(claim: ClaimState, proof: Proof, nowMs: number): ClaimState {
  if (claim.status !== "active" || proof === "unknown") return claim;
  if (proof === "present") return { status: "active", provedAt: nowMs, missingSince: null };
  const missingSince = Math.min(claim.missingSince ?? nowMs, nowMs);
  const isLost = nowMs - missingSince >= limits.domains.lostAfterMs;
  return { ...claim, status: isLost ? "lost" : "active", missingSince };
}

/** What happens when a guild asks for the check of its claim. */
export type Verdict =
  | "active"
  /** The record is not there. */
  | "missing"
  | "unknown"
  /** The record of the guild that has the domain is there too. */
  | "taken";

/**
 * Decides a verification. `holder` is the challenge of the other guild for which the domain is active. It
 * keeps the domain while its record is there, and loses it at once when only the new record is.
 */
export function verdictOf(
  answer: TxtAnswer,
  challenge: string,
  holder: string | undefined,
): Verdict {
  const proof = proofIn(answer, challenge);
  if (proof !== "present") return proof;
  return holder !== undefined && proofIn(answer, holder) === "present" ? "taken" : "active";
}
