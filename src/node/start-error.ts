/** The reason why a server cannot start. `message` says what is wrong, `todo` how to fix it. */
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
