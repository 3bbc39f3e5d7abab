import type { View } from "../../../http/view.ts";
import type { ChartPoint } from "../../../web/chart.tsx";
import { Badge, ClassName, Notice } from "../../../web/components.tsx";
import { classWithSpec } from "../../../web/i18n/index.ts";
import { guildHref } from "../../../web/layout.tsx";
import { may } from "../../context.ts";
import { difficultyOf } from "../difficulties.ts";
import { isBattleground } from "../parser/battlegrounds.ts";
import type { LeftOut } from "../parser/types.ts";
import { arenaOf } from "../places.ts";
import type { FightRow, PlayerRow } from "../queries.ts";

/** A whole number with the separators of the reader's language. */
export function count(view: View, value: number): string {
  return Math.round(value).toLocaleString(view.locale);
}

/** Large figures in short form: 8.6 M, 61 k. */
export function short(view: View, value: number): string {
  const format = { notation: "compact", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(view.locale, format).format(value);
}

/** Minutes and seconds, `2:20`. */
export function length(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function megabytes(view: View, bytes: number): string {
  return new Intl.NumberFormat(view.locale, { maximumFractionDigits: 1 }).format(bytes / 1024 ** 2);
}

/** A share as a bar below the figure, in the colour of the class. */
export function Bar(props: { share: number; look?: string }) {
  const percent = Math.max(0, Math.min(100, props.share * 100)).toFixed(1);
  return (
    <svg
      class={`share ${props.look ?? ""}`}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="rest" width="100" height="4" />
      <rect class="part" width={percent} height="4" />
    </svg>
  );
}

export function Outcome({
  view,
  fight,
}: {
  view: View;
  fight: Pick<FightRow, "outcome" | "kind">;
}) {
  const t = view.messages.logs;
  if (fight.kind === "trash") return <span class="muted">{t.trash}</span>;
  if (fight.kind === "arena" && fight.outcome === "incomplete") return null;
  const look = fight.outcome === "kill" ? "good" : fight.outcome === "wipe" ? "bad" : "plain";
  const names: Readonly<Record<string, string>> =
    fight.kind === "arena" ? t.arenaOutcomes : t.outcomes;
  return <Badge look={look}>{names[fight.outcome] ?? fight.outcome}</Badge>;
}

export function difficultyName(view: View, number: number): string {
  return number === 0 ? "" : view.messages.logs.difficulties[difficultyOf(number)];
}

/** The difficulty of a fight. Matches between players have none: the log has their team instead. */
export function difficultyOfFight(
  view: View,
  fight: Pick<FightRow, "kind" | "difficulty">,
): string {
  return fight.kind === "arena" ? "" : difficultyName(view, fight.difficulty);
}

/** What a match between players is: a battleground, or an arena and its place. */
export function arenaName(view: View, fight: Pick<FightRow, "gameId">): string {
  const t = view.messages.logs;
  if (isBattleground(fight.gameId)) return t.battleground;
  const place = arenaOf(fight.gameId);
  return place === undefined ? t.arena : `${t.arena}, ${place}`;
}

/** The class id that the page's colours use. */
export function classIdOf(name: string | null): string {
  return name === null ? "" : name.toLowerCase().replaceAll(" ", "-");
}

/** What a player plays, such as "Fury Warrior"; empty where the log does not say. */
export function specOf(view: View, player: Pick<PlayerRow, "class" | "spec">): string {
  return classWithSpec(view.messages, classIdOf(player.class), player.spec);
}

/** A fight's name, with the way to its page for readers of logs. */
export function FightLink(props: {
  view: View;
  fight: Pick<FightRow, "id" | "name">;
  query?: string;
}) {
  const { view, fight, query = "" } = props;
  const name = fight.name || view.messages.logs.fight;
  if (!may(view.guild!, "logs.view")) return <>{name}</>;
  return <a href={guildHref(view, `/fights/${fight.id}${query}`)}>{name}</a>;
}

/** A player's name without the realm's region, with their class. */
export function PlayerName(props: {
  view: View;
  fightId: string;
  player: Pick<PlayerRow, "guid" | "name" | "class" | "spec">;
}) {
  const { view, fightId, player } = props;
  const path = `/fights/${fightId}/players/${encodeURIComponent(player.guid)}`;
  const what = specOf(view, player);
  const name = player.name.replace(/-(US|EU|KR|TW|CN)$/, "");
  return (
    <>
      {may(view.guild!, "logs.view") ? <a href={guildHref(view, path)}>{name}</a> : name}
      {what !== "" && (
        <small class="under">
          <ClassName id={classIdOf(player.class)} name={what} />
        </small>
      )}
    </>
  );
}

export function percentLeft(view: View, fight: FightRow): string {
  if (fight.outcome === "kill" || fight.bossPercent === null) return "";
  const format = { maximumFractionDigits: 1 } as const;
  return view.messages.logs.percent(
    new Intl.NumberFormat(view.locale, format).format(fight.bossPercent),
  );
}

/** Shows what was left out of a fight or a log. Empty for any normal raid. */
export function LeftOutNotice({ view, leftOut }: { view: View; leftOut: LeftOut }) {
  const t = view.messages.logs;
  const kinds = ["players", "enemies", "deaths", "rows", "curves"] as const;
  const parts = kinds.flatMap((kind) => {
    const many = leftOut[kind];
    return many === 0 ? [] : [`${t.leftOutKinds[kind]}: ${count(view, many)}`];
  });
  if (parts.length === 0) return null;
  return (
    <Notice>
      {t.leftOut} {parts.join(", ")}.
    </Notice>
  );
}

/** What the figures of a table include. */
export function CountsNote(props: {
  view: View;
  shown: "damage" | "healing" | "taken" | "deaths" | "utility";
  uncredited: number | undefined;
}) {
  const { view, shown, uncredited = 0 } = props;
  const t = view.messages.logs;
  return (
    <p class="muted">
      {t.counts[shown]}
      {shown === "healing" && uncredited > 0 && ` ${t.uncredited(count(view, uncredited))}`}
    </p>
  );
}

/** More points than a screen has pixels show no more detail. */
const CURVE_POINTS_MAX = 160;

/**
 * Averages over as many seconds as necessary to fit the curve on a screen. `from` is the second of the
 * first figure.
 */
export function curve(view: View, bySecond: readonly number[], from = 0): readonly ChartPoint[] {
  const step = Math.max(1, Math.ceil(bySecond.length / CURVE_POINTS_MAX));
  const points: ChartPoint[] = [];
  for (let second = 0; second < bySecond.length; second += step) {
    const part = bySecond.slice(second, second + step);
    const value = part.reduce((sum, amount) => sum + amount, 0) / part.length;
    points.push({ label: length((from + second) * 1_000), value, text: short(view, value) });
  }
  return points;
}
