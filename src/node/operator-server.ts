import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { limits } from "../limits.ts";
import type { OperatorDoor } from "./operator-door.ts";
import { problemHeaders, problemText, type RawProblem } from "./raw-answers.ts";
import type { NodeServices } from "./services.ts";
import { StartError } from "./start-error.ts";

const NOT_HERE: RawProblem = {
  status: 404,
  code: "request/no-such-page",
  detail: "There is no page at this address.",
};

/** A second server for metrics and probes only, on its own address. */
export class OperatorServer {
  readonly #server: Server;
  readonly #services: NodeServices;

  constructor(services: NodeServices, door: OperatorDoor) {
    this.#services = services;
    const { background } = services;
    const { headMs, checkMs, stalledMs } = limits.http;
    this.#server = createServer({
      headersTimeout: headMs,
      requestTimeout: headMs,
      connectionsCheckingInterval: checkMs,
      requireHostHeader: false,
    });
    this.#server.timeout = stalledMs;
    this.#server.maxConnections = limits.metrics.connectionsMax;
    background.listen(
      this.#server,
      "request",
      (incoming: IncomingMessage, outgoing: ServerResponse) => {
        background.listen(outgoing, "error", () => incoming.socket.destroy());
        const answering = door.answer(incoming, outgoing);
        if (answering === undefined) {
          outgoing.writeHead(404, problemHeaders(NOT_HERE)).end(problemText(NOT_HERE));
        }
        return answering;
      },
    );
  }

  /** Undefined before it listens. */
  get port(): number | undefined {
    const address = this.#server.address();
    return address !== null && typeof address === "object" ? address.port : undefined;
  }

  /** Resolves when it listens. @throws {StartError} `metrics/no-address` */
  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    const { background, log } = this.#services;
    const listening = Promise.withResolvers<void>();
    background.once(this.#server, "listening", listening.resolve);
    background.listen(this.#server, "error", (error: Error) => {
      if (this.#server.listening) log.error("metrics.error", { error });
      else listening.reject(error);
    });
    this.#server.listen(port, host);
    try {
      await listening.promise;
    } catch (error) {
      const { message } = error as Error;
      const todo = "Set METRICS_ADDRESS to an address of this machine and a port that is free.";
      throw new StartError("metrics/no-address", message, todo, { cause: error });
    }
    log.info("metrics.listening", { host, port: this.port });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
