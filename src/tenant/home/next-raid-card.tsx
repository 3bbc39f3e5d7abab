import type { View } from "../../http/view.ts";
import { Badge, Button, Card, TimeRange } from "../../web/components.tsx";
import { guildHref } from "../../web/layout.tsx";
import { may } from "../context.ts";
import { SIGNUPS } from "../raids/api.ts";
import type { RaidPerson, RaidView } from "../raids/service.ts";
import { RAID_ROLES } from "../roster/classes.ts";

/** The next raid: when, who comes, and the reader's answer with one button for each. */
export function NextRaidCard(props: {
  view: View;
  raid: RaidView;
  /** How many active people of the roster have not answered; undefined if the reader is no officer. */
  unanswered: number | undefined;
}) {
  const { view, raid, unanswered } = props;
  const t = view.messages.home;
  const { raids, roster } = view.messages;
  const { timeZone } = view.guild!.guild;
  const own = raid.people.find((person) => person.isOwn);
  return (
    <Card title={raid.status === "running" ? t.raidNow : t.nextRaid}>
      <div class="next-raid">
        <p class="lead">
          <a href={guildHref(view, `/raids/${raid.id}`)}>{raid.name}</a>
          {raid.status === "running" && <Badge look="accent">{raids.status.running}</Badge>}
        </p>
        <p>
          <TimeRange
            from={raid.startsAt}
            until={raid.endsAt}
            timeZone={timeZone}
            locale={view.locale}
          />{" "}
          <span class="muted">{timeZone}</span>
        </p>
        {raid.coming > 0 && (
          <ul class="counter">
            {RAID_ROLES.map((role) => (
              <li>{roster.roleCounts[role](raid.composition[role])}</li>
            ))}
          </ul>
        )}
        {unanswered !== undefined && unanswered > 0 && (
          <p class="muted">{t.unanswered(unanswered)}</p>
        )}
        {may(view.guild!, "raids.join") && <Answer view={view} raid={raid} own={own} />}
      </div>
    </Card>
  );
}

/** One button for each answer. The role and the note of an earlier answer stay. */
function Answer(props: { view: View; raid: RaidView; own: RaidPerson | undefined }) {
  const { view, raid, own } = props;
  const { home: t, raids } = view.messages;
  return (
    <form
      method="post"
      class="answer"
      action={`${guildHref(view, `/raids/${raid.id}/signup`)}?from=home`}
    >
      {own?.role && <input type="hidden" name="role" value={own.role} />}
      {own?.signupNote && <input type="hidden" name="note" value={own.signupNote} />}
      <fieldset>
        <legend>{own?.signup ? t.yourAnswer(raids.signups[own.signup]) : t.noAnswer}</legend>
        <div class="row">
          {SIGNUPS.map((status) => (
            <Button
              look={own?.signup === status ? "primary" : "secondary"}
              name="status"
              value={status}
              pressed={own?.signup === status}
            >
              {raids.signups[status]}
            </Button>
          ))}
        </div>
      </fieldset>
    </form>
  );
}
