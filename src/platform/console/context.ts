import type { Area } from "../../kernel/areas.ts";
import { Forbidden } from "../../kernel/errors.ts";
import type { ActingContext } from "../context.ts";

/** What a verb of an operator knows, in the console as on the command line. */
export type OperatorContext = ActingContext & { readonly areas: ReadonlySet<Area> };

/** The first line of every operator's verb. @throws {Forbidden} `operator/forbidden` */
export function allowArea(ctx: OperatorContext, area: Area): void {
  if (ctx.areas.has(area)) return;
  throw new Forbidden("operator/forbidden", "You are not trusted with this part of the platform.", {
    area,
  });
}
