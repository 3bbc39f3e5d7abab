import { createMiddleware } from "hono/factory";
import { Malformed } from "../kernel/errors.ts";
import type { AppEnv } from "./env.ts";

/** What a connection that ended in the middle of a body throws, by Node and by its adapter. */
const CUT_OFF = /^(aborted|Client connection prematurely closed\.|Premature close|terminated)$/;

/**
 * Makes a body that cannot be read the sender's problem (400) for every handler: a form without its
 * boundary, a part that never ends, a connection that broke off.
 */
export const readableBodies = createMiddleware<AppEnv>(async function readableBodies(c, next) {
  const { req } = c;
  const guarded =
    <A extends unknown[], T>(read: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      try {
        return await read.apply(req, args);
      } catch (error) {
        throw unreadable(error);
      }
    };
  req.parseBody = guarded(req.parseBody) as typeof req.parseBody;
  req.formData = guarded(req.formData);
  req.text = guarded(req.text);
  req.arrayBuffer = guarded(req.arrayBuffer);
  req.blob = guarded(req.blob);
  await next();
});

/** Did the sender's connection end before the body had arrived? */
export function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return (
    code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || CUT_OFF.test(error.message)
  );
}

/** For a body that was read in pieces and broke off. */
export function cutOff(cause: unknown): Malformed {
  return new Malformed(
    "request/cut-off",
    "The connection ended before the whole request had arrived. Send it again.",
    {},
    { cause },
  );
}

function unreadable(error: unknown): unknown {
  if (isCutOff(error)) return cutOff(error);
  if (!(error instanceof TypeError) && !(error instanceof RangeError)) return error;
  return new Malformed(
    "request/malformed-form",
    "The form could not be read. Load the page again and send it once more.",
    {},
    { cause: error },
  );
}
