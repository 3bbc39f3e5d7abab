/** Why a server cannot start. `message` says what is wrong, `todo` what to do about it. */
export class StartError extends Error {
  readonly code: string;
  readonly todo: string;

  constructor(code: string, message: string, todo: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StartError";
    this.code = code;
    this.todo = todo;
  }
}
