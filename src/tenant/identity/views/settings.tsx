import type { View } from "../../../http/view.ts";
import { EDITION_NAMES, REGIONS } from "../../../kernel/game/editions.ts";
import { limits } from "../../../limits.ts";
import { Button, Card, LinkButton, PageHeader } from "../../../web/components.tsx";
import { Form, type FormState, SelectField, TextField } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import type { IdentitySettings } from "../settings.ts";

/** The name of the field for the role of a rank. */
export function rankField(rank: number): string {
  return `rank${rank}`;
}

interface Props {
  readonly view: View;
  readonly settings: IdentitySettings;
  /** `proved`: the server that the guild connected by the bot's installation. */
  readonly server: { readonly canConnect: boolean; readonly proved: string | null };
  readonly form: FormState;
}

/** Where the guild is found in the game and in Discord, and what its ranks mean. */
export function SettingsPage(props: Props) {
  const { view, settings, server, form } = props;
  const t = view.messages.identity;
  return (
    <GuildLayout view={view} title={t.settings} section="identity" narrow>
      <PageHeader title={t.settings}>
        <LinkButton href={guildHref(view, "/identity")}>{view.messages.common.back}</LinkButton>
      </PageHeader>
      <Form form={form} messages={view.messages}>
        <BlizzardFields {...props} />
        <Card title={t.discord}>
          <TextField
            name="serverId"
            label={t.serverId}
            hint={t.serverHint}
            form={form}
            inputmode="numeric"
            maxlength={20}
            value={settings.discord?.serverId ?? ""}
          />
          <TextField
            name="channelId"
            label={t.channelId}
            hint={t.channelHint}
            form={form}
            inputmode="numeric"
            maxlength={20}
            value={settings.discord?.auditChannelId ?? ""}
          />
          {server.canConnect && <ServerState {...props} />}
        </Card>
        <Card title={t.ranks}>
          <p class="muted">{t.ranksHint}</p>
          {Array.from({ length: limits.identity.ranksMax }, (_, rank) => (
            <TextField
              name={rankField(rank)}
              label={t.rank(rank)}
              form={form}
              maxlength={100}
              value={settings.rankToRole[rank] ?? ""}
            />
          ))}
        </Card>
        <TextField
          name="staleDays"
          label={t.staleDays}
          form={form}
          type="number"
          inputmode="numeric"
          value={String(settings.staleDays)}
        />
        <Button>{view.messages.common.save}</Button>
      </Form>
      <Card title={view.messages.downloads.title}>
        <p class="muted">{view.messages.downloads.lead}</p>
        <div class="row">
          <LinkButton href={guildHref(view, "/identity/addon.zip")}>
            {view.messages.downloads.addonDownload}
          </LinkButton>
          <LinkButton href={guildHref(view, "/identity/companion.zip")}>
            {view.messages.downloads.companionDownload}
          </LinkButton>
          <LinkButton href={guildHref(view, "/identity/downloads")}>
            {view.messages.downloads.guide}
          </LinkButton>
        </div>
      </Card>
    </GuildLayout>
  );
}

function ServerState({ view, settings, server }: Props) {
  const t = view.messages.discord;
  const named = settings.discord?.serverId;
  return (
    <>
      {server.proved !== null && <p>{t.connectedServer(server.proved)}</p>}
      {named !== undefined && named !== server.proved && <p>{t.unprovedServer}</p>}
      <p class="muted">{t.connectHint}</p>
      <div class="row">
        <LinkButton href={guildHref(view, "/identity/discord-server")}>{t.connect}</LinkButton>
        {server.proved !== null && (
          <LinkButton href={guildHref(view, "/identity/discord-channels")}>{t.feeds}</LinkButton>
        )}
      </div>
    </>
  );
}

function BlizzardFields({ view, settings, form }: Props) {
  const t = view.messages.identity;
  const { guild } = view.guild!;
  return (
    <Card title={t.blizzard}>
      <p class="muted">{t.blizzardHint}</p>
      <SelectField
        name="region"
        label={t.region}
        form={form}
        value={settings.blizzard?.region ?? guild.region}
        options={REGIONS.map((region) => ({ value: region, label: region.toUpperCase() }))}
      />
      <SelectField
        name="edition"
        label={t.edition}
        form={form}
        value={settings.blizzard?.edition ?? "retail"}
        options={EDITION_NAMES.map((edition) => ({
          value: edition,
          label: t.editions[edition],
        }))}
      />
      <TextField
        name="realmSlug"
        label={t.realmSlug}
        form={form}
        maxlength={100}
        value={settings.blizzard?.realmSlug ?? ""}
      />
      <TextField
        name="guildSlug"
        label={t.guildSlug}
        form={form}
        maxlength={100}
        value={settings.blizzard?.guildSlug ?? ""}
      />
    </Card>
  );
}
