import { Invalid } from "../../kernel/errors.ts";
import type { GuildContext } from "../../tenant/context.ts";

/** @throws {Invalid} `guild/name-differs` */
export function refuseOtherName(ctx: GuildContext, typed: string): void {
  if (typed.trim() === ctx.guild.name) return;
  throw new Invalid(
    "guild/name-differs",
    `The name does not match. Type the exact name: ${ctx.guild.name}`,
    {
      errors: [
        { pointer: "/name", detail: "The name does not match. Type the exact name of the guild." },
      ],
    },
  );
}
