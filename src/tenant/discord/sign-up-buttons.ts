import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import type { GuildContext } from "../context.ts";
import type { DiscordLink } from "../identity/own-discord.ts";
import { signUp } from "../raids/plan.ts";
import { raid } from "../raids/queries.ts";
import { joinBench } from "../raids/run.ts";
import { type Answer, labelOf } from "./announcements.ts";
import type { Call } from "./commands.ts";
import { FEED_JOB } from "./feed-settings.ts";

type PressCall = Omit<Call, "services"> & { readonly services: Pick<Services, "jobs"> };

/**
 * What a press of a sign-up button does. A member answers for themselves. An account without a member
 * answers for the person that an officer linked it with; links of automation are no proof.
 */
export async function pressAnswer(
  call: PressCall,
  { raidId, answer }: { readonly raidId: string; readonly answer: Answer },
): Promise<string> {
  const { ctx, link, messages, services } = call;
  const isMember = ctx.actor.type === "user";
  const personId = isMember ? undefined : linkedPerson(link);
  if (!isMember && personId === undefined) return messages.discord.linkFirst;
  const acting: GuildContext = isMember
    ? ctx
    : { ...ctx, actor: { type: "system", job: "discord.sign-up" } };
  if (answer === "bench") {
    if (!isMember) return messages.discord.linkFirst;
    await joinBench(acting, raidId);
  } else {
    const { people } = await raid(acting, raidId);
    const before = people.find((one) => (isMember ? one.isOwn : one.personId === personId));
    const hasAnswered = before?.signup != null;
    await signUp(acting, raidId, {
      status: answer,
      // A press changes the answer only: the role and the note of the page stay.
      ...(hasAnswered && { role: before.role, note: before.signupNote }),
      ...(personId !== undefined && { personId }),
    });
  }
  const dueAt = ctx.now().getTime() + limits.discord.editAfterMs;
  await services.jobs.enqueue(ctx.guild.id, FEED_JOB, "", dueAt);
  return messages.discord.answered(labelOf(messages, answer));
}

/** The person of a link that a person made or confirmed. */
function linkedPerson(link: DiscordLink | undefined): string | undefined {
  if (link === undefined || link.status !== "active") return undefined;
  return link.confirmedAt !== null || link.source === "manual" ? link.personId : undefined;
}
