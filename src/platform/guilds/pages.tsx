import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { noSuchGuild } from "../../http/tenant.ts";
import { type View, viewOf } from "../../http/view.ts";
import type { Page } from "../../kernel/cursor.ts";
import { limits } from "../../limits.ts";
import {
  Badge,
  ButtonForm,
  Card,
  EmptyState,
  LinkButton,
  Notice,
  PageHeader,
  RoleBadge,
  Steps,
  Time,
} from "../../web/components.tsx";
import { CrestImage } from "../../web/crest.tsx";
import {
  ErrorSummary,
  emptyForm,
  Form,
  type FormState,
  SelectField,
  TextField,
} from "../../web/forms.tsx";
import { PlatformLayout } from "../../web/layout.tsx";
import { onForm, ownPage } from "../accounts/form-page.ts";
import * as inputs from "./api.ts";
import { type DeletedGuild, deletedGuilds, undeleteOwnGuild } from "./deletion.ts";
import { acceptInvitation, openInvitation } from "./invitations.ts";
import * as service from "./service.ts";
import { SLUG_CHARS_MAX } from "./slugs.ts";

const GUILDS_SHOWN_MAX = 100;

/** The caller's guilds, founding a guild, its progress, and joining one. */
export function guildsPages() {
  const pages = createRouter();
  pages
    .get("/guilds", async (c) => {
      if (c.var.caller.type !== "user") return c.redirect("/sign-in?next=/guilds", 303);
      const cursor = c.req.query("cursor");
      const page = await service.myGuilds(c.var.platform, { limit: GUILDS_SHOWN_MAX, cursor });
      const deleted = await deletedGuilds(c.var.platform);
      return await ownPage(c, <MyGuilds c={c} page={page} deleted={deleted} />);
    })
    .get("/guilds/new", async (c) => {
      if (c.var.caller.type !== "user") return c.redirect("/sign-up?next=/guilds/new", 303);
      return await ownPage(c, <FoundForm c={c} form={emptyForm} />);
    })
    .post("/guilds/new", (c) =>
      onForm(
        c,
        inputs.newGuildForm,
        (form) => <FoundForm c={c} form={form} />,
        async ({ slug, ...input }) => {
          const founded = await service.foundAndProvision(
            c.var.platform,
            { ...input, ...(slug && { slug }) },
            limits.guild.foundingPageWaitMs,
          );
          return c.redirect(`/guilds/${founded.id}/progress`, 303);
        },
        "guilds",
      ),
    )
    .get("/guilds/:id/progress", async (c) => {
      const progress = await service.progressOf(c.var.platform, c.req.param("id"));
      if (!progress) throw noSuchGuild();
      return await ownPage(c, progressPage(c, progress));
    })
    .post("/guilds/:id/progress", async (c) => {
      const id = c.req.param("id");
      await service.retryFounding(c.var.platform, id, limits.guild.foundingPageWaitMs);
      return c.redirect(`/guilds/${id}/progress`, 303);
    })
    .post("/deleted-guilds/:id/restoration", async (c) => {
      const { slug } = await undeleteOwnGuild(c.var.platform, c.req.param("id"));
      return c.redirect(`/g/${slug}`, 303);
    })
    .get("/invitations/:token", (c) => invitationPage(c))
    .post("/invitations/:token", (c) =>
      onForm(
        c,
        z.object({}),
        async (form) => await invitationHtml(c, form),
        async () => {
          const { guildSlug } = await acceptInvitation(c.var.platform, c.req.param("token"));
          return c.redirect(`/g/${guildSlug}/join`, 303);
        },
        "guilds",
      ),
    );
  return pages;
}

function MyGuilds(props: {
  c: Context<AppEnv>;
  page: Page<service.GuildOfMine>;
  deleted: readonly DeletedGuild[];
}) {
  const { items, next } = props.page;
  const view = viewOf(props.c);
  const t = view.messages.guilds;
  return (
    <PlatformLayout view={view} title={t.mine}>
      <PageHeader title={t.mine}>
        <LinkButton look="primary" href="/guilds/new">
          {t.found}
        </LinkButton>
      </PageHeader>
      {items.length === 0 && (
        <EmptyState
          title={t.none}
          text={t.noneText}
          action={{ href: "/guilds/new", label: t.found }}
        />
      )}
      <div class="grid">
        {items.map((guild) => (
          <section class="card">
            <h2 class="with-crest">
              <CrestImage crest={guild.crest} />
              <a href={`/g/${guild.slug}`}>{guild.name}</a>
            </h2>
            <p class="muted">{`${guild.realm} · ${t.regions[guild.region]}`}</p>
            <p class="row">
              <RoleBadge role={guild.role} messages={view.messages} />
              {guild.status !== "ready" && <Badge look="bad">{t.states[guild.status]}</Badge>}
            </p>
          </section>
        ))}
      </div>
      {next && <LinkButton href={`/guilds?cursor=${next}`}>{view.messages.common.next}</LinkButton>}
      {props.deleted.length > 0 && <Deleted view={view} guilds={props.deleted} />}
    </PlatformLayout>
  );
}

function Deleted({ view, guilds }: { view: View; guilds: readonly DeletedGuild[] }) {
  const t = view.messages.backups;
  return (
    <Card title={t.deleted}>
      <p class="muted">{t.deletedLead}</p>
      {guilds.map((guild) => (
        <div class="row">
          <strong>{guild.name}</strong>
          <span>
            {t.until} <Time at={guild.purgeAfter} timeZone="UTC" locale={view.locale} />
          </span>
          <ButtonForm action={`/deleted-guilds/${guild.id}/restoration`}>{t.undelete}</ButtonForm>
        </div>
      ))}
    </Card>
  );
}

function FoundForm({ c, form }: { c: Context<AppEnv>; form: FormState }) {
  const view = viewOf(c);
  const { guilds: t, common } = view.messages;
  const { nameCharsMax } = limits.guild;
  const options = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([value, label]) => ({ value, label }));
  return (
    <PlatformLayout view={view} title={t.found} narrow>
      <PageHeader title={t.found} lead={t.foundLead} />
      <Form form={form} messages={view.messages}>
        <TextField name="name" label={t.name} form={form} required maxlength={nameCharsMax} />
        <TextField name="realm" label={t.realm} form={form} required maxlength={nameCharsMax} />
        <SelectField
          name="region"
          label={t.region}
          form={form}
          options={options(t.regions)}
          value="eu"
        />
        <SelectField
          name="edition"
          label={view.messages.identity.edition}
          form={form}
          options={options(view.messages.identity.editions)}
          value="retail"
        />
        <SelectField
          name="faction"
          label={t.faction}
          form={form}
          options={options(common.factions)}
        />
        <TextField
          name="slug"
          label={t.slug}
          form={form}
          hint={t.slugHint}
          maxlength={SLUG_CHARS_MAX}
          addressOf="name"
        />
        <button class="button primary" type="submit">
          {t.found}
        </button>
      </Form>
    </PlatformLayout>
  );
}

/** The steps of a founding. Without scripts the page reloads by itself. */
export function progressPage(c: Context<AppEnv>, progress: service.Progress) {
  const view = viewOf(c);
  const t = view.messages.guilds;
  const { guild, steps } = progress;
  if (guild.status === "creating") c.header("Refresh", "1");
  return (
    <PlatformLayout view={view} title={t.founding(guild.name)} narrow>
      <PageHeader title={t.founding(guild.name)} lead={t.foundingLead} />
      {guild.status === "failed" && <Notice look="bad">{t.failed}</Notice>}
      <Steps
        steps={steps.map(({ step, state }) => ({ id: step, state, label: t.steps[step] }))}
        messages={view.messages}
        {...(guild.status === "creating" && {
          progressUrl: `/api/guilds/${guild.id}/operation/events`,
        })}
      />
      {guild.status === "failed" && (
        <ButtonForm action={`/guilds/${guild.id}/progress`} look="primary">
          {t.tryAgain}
        </ButtonForm>
      )}
      {guild.status === "ready" && (
        <LinkButton look="primary" href={`/g/${guild.slug}/onboarding`}>
          {t.open}
        </LinkButton>
      )}
    </PlatformLayout>
  );
}

async function invitationPage(c: Context<AppEnv>): Promise<Response> {
  const offer = await openInvitation(c.var.platform, c.req.param("token")!);
  if (offer.isMember) return c.redirect(`/g/${offer.guildSlug}`, 303);
  return await ownPage(c, await invitationHtml(c, emptyForm));
}

async function invitationHtml(c: Context<AppEnv>, form: FormState) {
  const view = viewOf(c);
  const { guilds: t, common } = view.messages;
  const token = c.req.param("token")!;
  const offer = await openInvitation(c.var.platform, token);
  const title = t.invited(offer.guildName, common.roles[offer.role]);
  return (
    <PlatformLayout view={view} title={title} narrow>
      <PageHeader title={title} lead={t.invitedLead} />
      <ErrorSummary form={form} messages={view.messages} />
      {view.caller.type === "anonymous" ? (
        <SignInFirst c={c} token={token} />
      ) : (
        <div class="row">
          <ButtonForm action={`/invitations/${token}`} look="primary">
            {t.join}
          </ButtonForm>
          {form.detail !== undefined && offer.isForOneAddress && (
            <>
              <LinkButton href="/account">{t.confirmAddress}</LinkButton>
              <LinkButton look="quiet" href="/sign-out">
                {t.otherAccount}
              </LinkButton>
            </>
          )}
        </div>
      )}
    </PlatformLayout>
  );
}

function SignInFirst({ c, token }: { c: Context<AppEnv>; token: string }) {
  const { guilds: t, common } = viewOf(c).messages;
  const next = encodeURIComponent(`/invitations/${token}`);
  return (
    <>
      <p>{t.signInToJoin}</p>
      <div class="row">
        <LinkButton look="primary" href={`/sign-in?next=${next}`}>
          {common.signIn}
        </LinkButton>
        <LinkButton href={`/sign-up?next=${next}`}>{common.signUp}</LinkButton>
      </div>
    </>
  );
}
