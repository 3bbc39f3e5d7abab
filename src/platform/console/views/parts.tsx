import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { viewOf } from "../../../http/view.ts";
import { LinkButton } from "../../../web/components.tsx";
import { isProved, type OperatorEnv } from "../access.ts";

/** What changes something, for whoever typed their password just now; for others the way there. */
export function Changing(props: { c: Context<OperatorEnv>; children?: Child }) {
  const { c, children } = props;
  if (isProved(c)) return <>{children}</>;
  const view = viewOf(c);
  const t = view.messages.operator;
  return (
    <>
      <p class="muted">{t.proofNeeded}</p>
      <div class="row">
        <LinkButton href={`/account/proof?next=${encodeURIComponent(view.path)}`}>
          {t.proofOpen}
        </LinkButton>
      </div>
    </>
  );
}

/** Names and values, such as what is known of one guild. */
export function Facts(props: { facts: readonly (readonly [label: string, value: Child])[] }) {
  return (
    <dl class="facts">
      {props.facts.map(([label, value]) => (
        <>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
