/** The ways a request can fail that the caller may be told about; one HTTP status each. */
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
 * A failure the caller may be told about. `message` is one public sentence that says what to do;
 * `details` are public members of the problem document; `cause` never leaves the process.
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

/** The request cannot be understood, or says two things at once. 400. */
export class Malformed extends AppError {
  readonly kind = "malformed";
}

/** More than we take. `details.bytesMax` says how much that is. 413. */
export class TooLarge extends AppError {
  readonly kind = "too-large";
}

/** The input breaks a rule. `details.errors` lists `{ pointer, detail }`, one per field. 422. */
export class Invalid extends AppError {
  readonly kind = "invalid";
}

/** Nobody is signed in, or the proof is no longer good. 401. */
export class Unauthenticated extends AppError {
  readonly kind = "unauthenticated";
}

/** The caller may know of the thing but not do this to it. 403. */
export class Forbidden extends AppError {
  readonly kind = "forbidden";
}

/** Missing, or hidden from this caller: both look alike. 404. */
export class NotFound extends AppError {
  readonly kind = "not-found";
}

/** The state of things forbids it now; the same request may work later or with other values. 409. */
export class Conflict extends AppError {
  readonly kind = "conflict";
}

/** A plan's limit (402) or, with `details.retryAfterMs`, a rate limit (429). */
export class LimitReached extends AppError {
  readonly kind = "limit";
}

/** Not now: `details.retryAfterMs` says when to come back. 503. */
export class Unavailable extends AppError {
  readonly kind = "unavailable";
}

/** This runtime cannot do it, and no waiting will help. 501. */
export class NotSupported extends AppError {
  readonly kind = "not-supported";
}
