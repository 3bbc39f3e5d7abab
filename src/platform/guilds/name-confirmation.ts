import { Invalid } from "../../kernel/errors.ts";
import type { GuildContext } from "../../tenant/context.ts";

/** @throws {Invalid} `guild/name-differs` */
export function refuseOtherName(ctx: GuildContext, typed: string): void {
  if (typed.trim() === ctx.guild.name) return;
  throw new Invalid("guild/name-differs", `Type the guild's name as it is: ${ctx.guild.name}`, {
    errors: [{ pointer: "/name", detail: "This is not the guild's name." }],
  });
}
