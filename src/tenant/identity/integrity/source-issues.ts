import type { Draft, Picture } from "./check.ts";
import type { SourceState } from "./state.ts";

const HOURS_MS = 3_600_000;

/** Sources that do not answer, do not change, or whose newest roster is set aside. */
export function sourceIssues(picture: Picture): readonly Draft[] {
  return picture.state.sources.flatMap((one) => [...staleSource(picture, one), ...quarantine(one)]);
}

function staleSource({ state, settings, now }: Picture, one: SourceState): readonly Draft[] {
  const { source, lastGoodAt, lastChangeAt } = one;
  const allowedMs = settings.sourceStaleDays * 24 * HOURS_MS;
  const draft = (reason: "no-answer" | "unchanged", since: number | null): readonly Draft[] => [
    {
      type: "source_stale",
      subject: source,
      details: { source, reason, since },
      actual: `${reason} ${since}`,
    },
  ];
  if (lastGoodAt === null || now - lastGoodAt >= allowedMs) return draft("no-answer", lastGoodAt);
  if (source !== "blizzard" || lastChangeAt === null) return [];
  // The API repeats old answers for weeks. An export that changed since shows it.
  const other = state.sources.find((it) => it.source === "addon")?.lastChangeAt ?? null;
  const isBehind = other !== null && other > lastChangeAt && now - lastChangeAt >= allowedMs;
  return isBehind ? draft("unchanged", lastChangeAt) : [];
}

function quarantine({ source, quarantinedSince }: SourceState): readonly Draft[] {
  if (quarantinedSince === null) return [];
  const details = { source, since: quarantinedSince };
  return [
    { type: "roster_quarantined", subject: source, details, actual: String(quarantinedSince) },
  ];
}
