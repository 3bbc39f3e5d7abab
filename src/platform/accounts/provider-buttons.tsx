import type { View } from "../../http/view.ts";
import { LinkButton } from "../../web/components.tsx";

/** A sign-in provider as pages show it. */
export interface OfferedProvider {
  readonly id: string;
  readonly name: string;
}

/**
 * Links to sign in through each provider. Empty if none is configured. These are links, not forms,
 * because the content security policy limits forms to this site, and a provider's sign-in leads over
 * several sites.
 */
export function ProviderButtons(props: {
  view: View;
  providers: readonly OfferedProvider[];
  href: (provider: string) => string;
  /** Set if another way to sign in is shown above. */
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
