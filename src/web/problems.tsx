import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { type View, viewOf } from "../http/view.ts";
import { may } from "../tenant/context.ts";
import { CopyField, LinkButton, Meter, PageHeader } from "./components.tsx";
import { sentenceOf } from "./i18n/index.ts";
import { guildHref, PlatformLayout } from "./layout.tsx";
import { PROBLEM_STATUS } from "./problem-codes.ts";
import { withParams } from "./tables.tsx";

interface ShownProblem {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  readonly [detail: string]: unknown;
}

/** Statuses of temporary problems, which may be gone at the next try. */
const TEMPORARY: ReadonlySet<number> = new Set([429, 500, 503]);

/** A problem as a page: what happened, what to do, and the request id for support. */
export function problemPage(c: Context<AppEnv>, problem: ShownProblem) {
  const view = viewOf(c);
  const t = view.messages.problems;
  const titles: Record<string, string> = t.titles;
  const title = titles[`s${problem.status}`] ?? t.titles.s500;
  const code = problem.type.replace("/problems/", "");
  c.status(problem.status as 400);
  return c.html(
    <PlatformLayout view={view} title={title} narrow>
      <PageHeader title={title} lead={sentenceOf(view.messages, code, problem.detail)} />
      {isStranger(view, problem) && <p>{t.signInHint}</p>}
      <Limit view={view} problem={problem} />
      <div class="row">
        <WayOn view={view} problem={problem} />
        <LinkButton href="/">{t.home}</LinkButton>
        {PROBLEM_STATUS.has(code) && problem.status !== 404 && (
          <LinkButton look="quiet" href={problem.type}>
            {t.about}
          </LinkButton>
        )}
      </div>
      <CopyField
        id="request-id"
        label={t.requestId}
        value={problem.requestId}
        messages={view.messages}
      />
    </PlatformLayout>,
  );
}

type Props = { view: View; problem: ShownProblem };

/** The most useful link: sign in, see the plan, retry, or back to the guild. */
function WayOn({ view, problem }: Props) {
  const way = wayOn(view, problem);
  if (way === undefined) return null;
  const [href, label] = way;
  return (
    <LinkButton look="primary" href={href}>
      {label}
    </LinkButton>
  );
}

function wayOn(
  view: View,
  problem: ShownProblem,
): readonly [href: string, label: string] | undefined {
  const t = view.messages.problems;
  if (isStranger(view, problem)) {
    return [`/sign-in?next=${encodeURIComponent(view.path)}`, view.messages.common.signIn];
  }
  if (problem.type === "/problems/operator/second-factor-required") {
    return ["/account/second-factor", view.messages.factors.setUp];
  }
  if (problem.status === 402 && view.guild && may(view.guild, "settings.manage")) {
    return [guildHref(view, "/settings/plan"), t.plan];
  }
  if (TEMPORARY.has(problem.status)) return [withParams(view.url, {}), t.again];
  return view.guild && [guildHref(view, ""), view.guild.guild.name];
}

/** Shows how much of a plan's limit is used, for a problem with that limit. */
function Limit({ view, problem }: Props) {
  const { limit, used } = problem;
  if (problem.status !== 402 || typeof limit !== "number" || typeof used !== "number") return null;
  return <Meter label={view.messages.problems.use} used={used} limit={limit} />;
}

function isStranger(view: View, { status }: ShownProblem): boolean {
  return view.caller.type === "anonymous" && (status === 401 || status === 404);
}
