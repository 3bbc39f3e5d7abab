import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";
import { type View, viewOf } from "../http/view.ts";
import { NotFound } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import { Card, LinkButton, PageHeader, Section } from "./components.tsx";
import { meaningOf } from "./i18n/index.ts";
import { PlatformLayout } from "./layout.tsx";
import { PROBLEM_STATUS, type ProblemStatus } from "./problem-codes.ts";

/** Below `/problems`: a page per code. The `type` of a problem document links to it. */
export function problemPages() {
  const pages = new Hono<AppEnv>();
  pages.use(async function allowCaching(c, next) {
    await next();
    // The page shows the name of a signed-in reader. For all others it is the same and can be cached.
    if (c.res.status !== 200 || c.var.caller.type !== "anonymous") return;
    c.header("Cache-Control", `public, max-age=${limits.http.problemPageFreshSeconds}`);
    c.header("Vary", "Accept-Language, Cookie", { append: true });
  });
  pages.get("/", (c) => c.html(<ProblemsPage view={viewOf(c)} />));
  pages.get("/:area/:name", (c) => {
    const code = `${c.req.param("area")}/${c.req.param("name")}`;
    const status = PROBLEM_STATUS.get(code);
    if (status === undefined) {
      throw new NotFound("request/no-such-page", "There is no page at this address.");
    }
    return c.html(<ProblemPage view={viewOf(c)} code={code} status={status} />);
  });
  return pages;
}

function ProblemPage(props: { view: View; code: string; status: ProblemStatus }) {
  const { view, code, status } = props;
  const t = view.messages.problems;
  return (
    <PlatformLayout view={view} title={code} narrow>
      <PageHeader title={t.titles[`s${status}`]} lead={meaningOf(view.messages, code)} />
      <dl class="facts">
        <dt>{t.code}</dt>
        <dd>
          <code>{code}</code>
        </dd>
        <dt>{t.status}</dt>
        <dd>{status}</dd>
      </dl>
      <Card title={t.whatNow}>
        <p>{t.next[`s${status}`]}</p>
        <p class="muted">{t.stillThere}</p>
      </Card>
      <div class="row">
        <LinkButton href="/problems">{t.all}</LinkButton>
      </div>
    </PlatformLayout>
  );
}

function ProblemsPage({ view }: { view: View }) {
  const t = view.messages.problems;
  const byStatus = new Map<ProblemStatus, string[]>();
  for (const [code, status] of PROBLEM_STATUS) {
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return (
    <PlatformLayout view={view} title={t.all}>
      <PageHeader title={t.all} lead={t.allLead} />
      {[...byStatus]
        .toSorted(([a], [b]) => a - b)
        .map(([status, codes]) => (
          <Section title={`${status} · ${t.titles[`s${status}`]}`}>
            <p class="muted">{t.next[`s${status}`]}</p>
            <dl class="facts">
              {codes.map((code) => (
                <>
                  <dt>
                    <a href={`/problems/${code}`}>{code}</a>
                  </dt>
                  <dd>{meaningOf(view.messages, code)}</dd>
                </>
              ))}
            </dl>
          </Section>
        ))}
    </PlatformLayout>
  );
}
