import type { Area } from "../../kernel/areas.ts";
import { Forbidden } from "../../kernel/errors.ts";
import type { ActingContext } from "../context.ts";

/** The context of operators' service functions, in the console and on the command line. */
export type OperatorContext = ActingContext & { readonly areas: ReadonlySet<Area> };

/** Every operator function calls it first. @throws {Forbidden} `operator/forbidden` */
export function allowArea(ctx: OperatorContext, area: Area): void {
  if (ctx.areas.has(area)) return;
  throw new Forbidden(
    "operator/forbidden",
    "You are not an operator for this part of the platform.",
    {
      area,
    },
  );
}
