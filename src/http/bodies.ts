import { createMiddleware } from "hono/factory";
import { Malformed } from "../kernel/errors.ts";
import type { AppEnv } from "./env.ts";

/** The errors that Node and its adapter throw when a connection ends in the middle of a body. */
const CUT_OFF = /^(aborted|Client connection prematurely closed\.|Premature close|terminated)$/;

/**
 * Turns an unreadable body into the sender's error (400) in every handler. Examples are a form without
 * its boundary, a part that never ends and a broken connection.
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

/** True if the sender's connection ended before the whole body had arrived. */
export function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return (
    code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || CUT_OFF.test(error.message)
  );
}

/** The error for a body that was read in pieces and broke off. */
export function cutOff(cause: unknown): Malformed {
  return new Malformed(
    "request/cut-off",
    "The connection ended before the request was complete. Send it again.",
    {},
    { cause },
  );
}

function unreadable(error: unknown): unknown {
  if (isCutOff(error)) return cutOff(error);
  if (!(error instanceof TypeError) && !(error instanceof RangeError)) return error;
  return new Malformed(
    "request/malformed-form",
    "The form cannot be read. Reload the page and send it again.",
    {},
    { cause: error },
  );
}
