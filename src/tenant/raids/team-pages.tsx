import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { type View, viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { Button, ButtonForm, Card, PageHeader } from "../../web/components.tsx";
import {
  CheckboxField,
  emptyForm,
  Form,
  type FormState,
  failedForm,
  TextField,
} from "../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../web/layout.tsx";
import { standings } from "../dkp/service.ts";
import { type Fields, parsedForm, sentForm } from "../page-forms.ts";
import { newTeam } from "./api.ts";
import * as service from "./service.ts";

type PageContext = Context<GuildEnv>;
type Choice = { readonly value: string; readonly label: string };

const LISTS = new Set(["personIds"]);

/** The raid teams and the forms that change them. */
export function teamPages() {
  const router = createRouter<GuildEnv>();
  const canManage = requirePermission("raids.manage");
  router.get("/raids/teams", canManage, (c) => showTeams(c, undefined));
  router.post("/raids/teams", canManage, (c) =>
    act(c, "new", (fields) => service.addTeam(c.var.guild, parsedForm(newTeam, bodyOf(fields)))),
  );
  router.post("/raids/teams/:team", canManage, (c) => {
    const id = c.req.param("team");
    return act(c, id, (fields) =>
      service.changeTeam(c.var.guild, id, parsedForm(newTeam, bodyOf(fields))),
    );
  });
  router.post("/raids/teams/:team/deletion", canManage, (c) => {
    const id = c.req.param("team");
    return act(c, id, () => service.archiveTeam(c.var.guild, id));
  });
  return router;
}

/** A form without a ticked member sends no list, and means a team without members. */
function bodyOf({ name, personIds = [] }: Fields) {
  return { name, personIds };
}

async function act(c: PageContext, team: string, verb: (fields: Fields) => Promise<unknown>) {
  const values = await sentForm(c, LISTS);
  try {
    await verb(values);
    return c.redirect(`/g/${c.var.guild.guild.slug}/raids/teams?done=saved`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 422);
    return await showTeams(c, { team, form: failedForm(error, values, viewOf(c).messages) });
  }
}

async function showTeams(
  c: PageContext,
  failed: { readonly team: string; readonly form: FormState } | undefined,
) {
  const ctx = c.var.guild;
  const [teams, everyone] = await Promise.all([
    service.raidTeamsOf(ctx),
    standings(ctx, { sort: "name", limit: limits.dkp.csvRowsMax }),
  ]);
  const view = viewOf(c);
  const t = view.messages.raids;
  const choices = everyone.items.map(({ personId, name }) => ({ value: personId, label: name }));
  // One form at a time: the labels of two would name the same fields.
  const chosen = teams.find(({ id }) => id === (failed?.team ?? c.req.query("team")));
  return c.html(
    <GuildLayout view={view} title={t.teams} section="raids" narrow>
      <PageHeader title={t.teams} lead={t.teamsLead} />
      {teams.length > 0 && (
        <ul class="plain">
          {teams.map((team) => (
            <li>
              <a href={guildHref(view, `/raids/teams?team=${team.id}`)}>{team.name}</a>{" "}
              <span class="muted">{t.count(team.members.length)}</span>
            </li>
          ))}
        </ul>
      )}
      <Card title={chosen?.name ?? t.addTeam}>
        <TeamForm view={view} team={chosen} form={failed?.form ?? emptyForm} choices={choices} />
        {chosen && (
          <ButtonForm look="quiet" action={guildHref(view, `/raids/teams/${chosen.id}/deletion`)}>
            {t.deleteTeam}
          </ButtonForm>
        )}
      </Card>
    </GuildLayout>,
  );
}

function TeamForm(props: {
  view: View;
  team: service.RaidTeam | undefined;
  form: FormState;
  choices: readonly Choice[];
}) {
  const { view, team, form, choices } = props;
  const t = view.messages.raids;
  const path = team === undefined ? "/raids/teams" : `/raids/teams/${team.id}`;
  return (
    <Form form={form} messages={view.messages} action={guildHref(view, path)}>
      <TextField
        name="name"
        label={t.teamName}
        form={form}
        value={team?.name ?? ""}
        maxlength={limits.raids.nameCharsMax}
        required
      />
      <CheckboxField
        name="personIds"
        label={t.teamMembers}
        form={form}
        options={choices}
        values={team?.members.map(({ personId }) => personId) ?? []}
        allLabel={t.everyone}
      />
      <Button>{team === undefined ? t.addTeam : t.saveTeam}</Button>
    </Form>
  );
}
