import type { View } from "../../http/view.ts";
import { LinkButton } from "../../web/components.tsx";

/** One that people may sign in with, as pages name it. */
export interface OfferedProvider {
  readonly id: string;
  readonly name: string;
}

/**
 * A way on through each provider; nothing when none is configured. Links and not forms: the pages'
 * policy lets forms lead to our own pages only, and a provider's sign-in leads over several.
 */
export function ProviderButtons(props: {
  view: View;
  providers: readonly OfferedProvider[];
  href: (provider: string) => string;
  /** Something stands before it that does the same. */
  isOther?: boolean;
}) {
  const { view, providers, href, isOther = false } = props;
  if (providers.length === 0) return null;
  const t = view.messages.auth;
  return (
    <div class="providers">
      {isOther && <p class="or">{t.or}</p>}
      {providers.map(({ id, name }) => (
        <LinkButton href={href(id)}>{t.continueWith(name)}</LinkButton>
      ))}
    </div>
  );
}
