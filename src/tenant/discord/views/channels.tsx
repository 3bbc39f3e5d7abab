import type { View } from "../../../http/view.ts";
import { Button, Card, LinkButton, PageHeader } from "../../../web/components.tsx";
import { Form, type FormState, SelectField, TextField } from "../../../web/forms.tsx";
import { LOCALE_NAMES, LOCALES } from "../../../web/i18n/index.ts";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import type { FeedSettings } from "../feed-settings.ts";

interface Props {
  readonly view: View;
  readonly feeds: FeedSettings;
  /** Why nothing is posted at the moment. */
  readonly resting: string | undefined;
  readonly form: FormState;
}

/** Which channel of the guild's Discord server gets what. */
export function ChannelsPage({ view, feeds, resting, form }: Props) {
  const t = view.messages.discord;
  return (
    <GuildLayout view={view} title={t.feeds} section="identity" narrow>
      <PageHeader title={t.feeds} lead={t.feedsLead}>
        <LinkButton href={guildHref(view, "/identity/settings")}>
          {view.messages.common.back}
        </LinkButton>
      </PageHeader>
      {resting !== undefined && <p role="status">{t.resting(resting)}</p>}
      <Form form={form} messages={view.messages}>
        <Card title={view.messages.raids.title}>
          <Channel name="raidChannelId" label={t.raidChannel} {...{ view, form, feeds }} />
          <TextField
            name="announceHours"
            label={t.announceHours}
            form={form}
            type="number"
            inputmode="numeric"
            value={String(feeds.announceHours)}
          />
          <TextField
            name="reminderHours"
            label={t.reminderHours}
            hint={t.reminderHint}
            form={form}
            type="number"
            inputmode="numeric"
            value={feeds.reminderHours === null ? "" : String(feeds.reminderHours)}
          />
        </Card>
        <Channel name="auctionChannelId" label={t.auctionChannel} {...{ view, form, feeds }} />
        <Channel name="lootChannelId" label={t.lootChannel} {...{ view, form, feeds }} />
        <SelectField
          name="language"
          label={t.feedLanguage}
          form={form}
          value={feeds.language}
          options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
        />
        <Button>{view.messages.common.save}</Button>
      </Form>
    </GuildLayout>
  );
}

function Channel(
  props: Omit<Props, "resting"> & {
    readonly name: "raidChannelId" | "auctionChannelId" | "lootChannelId";
    readonly label: string;
  },
) {
  const { view, feeds, form, name, label } = props;
  return (
    <TextField
      name={name}
      label={label}
      hint={view.messages.discord.feedsHint}
      form={form}
      inputmode="numeric"
      maxlength={20}
      value={feeds[name] ?? ""}
    />
  );
}
