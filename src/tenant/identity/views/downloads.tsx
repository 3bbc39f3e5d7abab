import type { View } from "../../../http/view.ts";
import { Card, LinkButton, PageHeader, Time } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { may } from "../../context.ts";

/** The last upload of an addon's export. */
export interface LastUpload {
  readonly atMs: number;
  readonly rows: number;
}

/** What officers install to read ranks and notes from the game. */
export function DownloadsPage(props: { view: View; lastUpload: LastUpload | undefined }) {
  const { view, lastUpload } = props;
  const t = view.messages.downloads;
  return (
    <GuildLayout view={view} title={t.title} section="identity" narrow>
      <PageHeader title={t.title} lead={t.lead}>
        <LinkButton href={guildHref(view, "/identity")}>{view.messages.common.back}</LinkButton>
      </PageHeader>
      <Card title={t.addon}>
        <p>{t.addonText}</p>
        <ol>
          {t.addonSteps.map((step) => (
            <li>{step}</li>
          ))}
        </ol>
        <p class="muted">{t.addonFile}</p>
        <div class="row">
          <LinkButton look="primary" href={guildHref(view, "/identity/addon.zip")}>
            {t.addonDownload}
          </LinkButton>
        </div>
      </Card>
      <Card title={t.companion}>
        <p>{t.companionText}</p>
        <ol>
          {t.companionSteps.map((step) => (
            <li>{step}</li>
          ))}
        </ol>
        <p class="muted">{t.companionFile}</p>
        {!may(view.guild!, "keys.manage") && <p class="muted">{t.keysAsk}</p>}
        <div class="row">
          <LinkButton look="primary" href={guildHref(view, "/identity/companion.zip")}>
            {t.companionDownload}
          </LinkButton>
          {may(view.guild!, "keys.manage") && (
            <LinkButton href={guildHref(view, "/settings/keys")}>{t.keys}</LinkButton>
          )}
        </div>
      </Card>
      <Card title={t.lastUpload}>
        <p>
          {lastUpload === undefined ? (
            t.never
          ) : (
            <>
              <Time
                at={lastUpload.atMs}
                timeZone={view.guild!.guild.timeZone}
                locale={view.locale}
              />
              {` · ${t.rows(lastUpload.rows)}`}
            </>
          )}
        </p>
      </Card>
    </GuildLayout>
  );
}
