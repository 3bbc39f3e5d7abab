/** The kinds of failure that a caller may see. Each has one HTTP status. */
export type ErrorKind =
  | "malformed"
  | "too-large"
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "limit"
  | "unavailable"
  | "not-supported";

export type ErrorCode = `${string}/${string}`;

/**
 * A failure that the caller may see. `message` is one public sentence that says what to do. `details`
 * are public members of the problem document. `cause` never leaves the process.
 */
export abstract class AppError extends Error {
  abstract readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** The request cannot be parsed, or contradicts itself. 400. */
export class Malformed extends AppError {
  readonly kind = "malformed";
}

/** The request is larger than the limit in `details.bytesMax`. 413. */
export class TooLarge extends AppError {
  readonly kind = "too-large";
}

/** The input breaks a rule. `details.errors` lists `{ pointer, detail }`, one per field. 422. */
export class Invalid extends AppError {
  readonly kind = "invalid";
}

/** No sign-in, or the credentials are no longer valid. 401. */
export class Unauthenticated extends AppError {
  readonly kind = "unauthenticated";
}

/** The caller may see the resource but may not do this to it. 403. */
export class Forbidden extends AppError {
  readonly kind = "forbidden";
}

/** Missing, or hidden from this caller. The answer is the same for both. 404. */
export class NotFound extends AppError {
  readonly kind = "not-found";
}

/** The current state forbids it. The same request may work later or with other values. 409. */
export class Conflict extends AppError {
  readonly kind = "conflict";
}

/** A plan's limit (402) or, with `details.retryAfterMs`, a rate limit (429). */
export class LimitReached extends AppError {
  readonly kind = "limit";
}

/** Temporarily unavailable. `details.retryAfterMs` says when to retry. 503. */
export class Unavailable extends AppError {
  readonly kind = "unavailable";
}

/** This runtime cannot do it. Retrying does not help. 501. */
export class NotSupported extends AppError {
  readonly kind = "not-supported";
}

/**
 * The error for an address without a page. What visitors may not see gives the same one, so that they
 * cannot tell a closed area from a missing page.
 */
export function noSuchPage(): NotFound {
  return new NotFound("request/no-such-page", "There is no page at this address.");
}

/** No retry will deliver this email, for example because the mailbox does not exist. */
export class UndeliverableMail extends Error {}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
