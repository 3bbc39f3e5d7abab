import type { View } from "../../../http/view.ts";
import { CopyField } from "../../../web/components.tsx";
import { guildHref } from "../../../web/layout.tsx";
import { may } from "../../context.ts";
import type { Share } from "../share-links.ts";

/** The link to copy where visitors may open the page, and how to open it where they may not. */
export function ShareLink({ view, share }: { view: View; share: Share | undefined }) {
  const t = view.messages.logs;
  if (share === undefined && !may(view.guild!, "settings.manage")) return null;
  return (
    <details>
      <summary>{t.share}</summary>
      {share === undefined ? (
        <p>
          {t.shareClosed}{" "}
          <a href={guildHref(view, "/settings/visitors")}>{view.messages.visitors.choose}</a>
        </p>
      ) : (
        <>
          <CopyField
            id="share-link"
            label={t.shareLink}
            value={share.link}
            messages={view.messages}
          />
          <p class="muted">{t.shareText}</p>
        </>
      )}
    </details>
  );
}
