import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { viewOf } from "../../../http/view.ts";
import { LinkButton } from "../../../web/components.tsx";
import { isProved, type OperatorEnv } from "../access.ts";

/** Shows its children after a recent sign-in. Otherwise shows a link to the sign-in page. */
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
