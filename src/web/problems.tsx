import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { viewOf } from "../http/view.ts";
import { LinkButton, PageHeader } from "./components.tsx";
import { PlatformLayout } from "./layout.tsx";

interface ShownProblem {
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
}

/** A problem as a page: what happened, what to do, and the id to send us. */
export function problemPage(c: Context<AppEnv>, problem: ShownProblem) {
  const view = viewOf(c);
  const t = view.messages.problems;
  const titles: Record<string, string> = t.titles;
  const title = titles[`s${problem.status}`] ?? t.titles.s500;
  const isStranger = view.caller.type === "anonymous" && [401, 404].includes(problem.status);
  c.status(problem.status as 400);
  return c.html(
    <PlatformLayout view={view} title={title} narrow>
      <PageHeader title={title} lead={problem.detail} />
      {isStranger && <p>{t.signInHint}</p>}
      <div class="row">
        {isStranger && (
          <LinkButton look="primary" href={`/sign-in?next=${encodeURIComponent(view.path)}`}>
            {view.messages.common.signIn}
          </LinkButton>
        )}
        <LinkButton href="/">{t.home}</LinkButton>
      </div>
      <p class="muted">
        {t.requestId}: <code>{problem.requestId}</code>
      </p>
    </PlatformLayout>,
  );
}
