import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { App } from "../app.ts";
import { addressOf, addressSubject } from "../http/address.ts";
import { delay } from "../kernel/concurrency.ts";
import { limits } from "../limits.ts";
import { Connections } from "./connections.ts";
import type { LiveLogs } from "./logs/live-logs.ts";
import { readFilesMax } from "./open-files.ts";
import type { OperatorDoor } from "./operator-door.ts";
import { problemHeaders, problemText, type RawProblem, refuse } from "./raw-answers.ts";
import { hostFault } from "./request-hosts.ts";
import type { NodeServices } from "./services.ts";
import { SlowBodies } from "./slow-bodies.ts";

const FAILED: RawProblem = {
  status: 500,
  detail: "Something went wrong on our side. Try again in a moment.",
};
const BAD_ADDRESS: RawProblem = {
  status: 400,
  code: "request/bad-address",
  detail: "The address cannot be read. Check it for unusual characters.",
};
const TOO_MANY_BODIES: RawProblem = {
  status: 429,
  code: "request/too-many-bodies",
  detail: "Too many requests from your address are incomplete. Finish some of them first.",
  retryAfterSeconds: 5,
};

const NO_FILES: RawProblem = {
  status: 503,
  code: "database/unavailable",
  detail: "The server cannot open its files right now. Try again in a moment.",
  retryAfterSeconds: 1,
};

/**
 * The HTTP server on Node. It answers or closes every request, complete or not, so that no input can
 * reach code that ends the process.
 */
export class HttpServer {
  readonly #services: NodeServices;
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #bodies: SlowBodies;
  readonly #underWay = new Set<ServerResponse>();
  readonly #door: OperatorDoor;
  readonly #listener: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<unknown>;
  #isClosing = false;

  constructor(services: NodeServices, app: App, liveLogs: LiveLogs, door: OperatorDoor) {
    this.#services = services;
    this.#door = door;
    const { background, config } = services;
    const { headMs, checkMs, stalledMs, connectionsPerAddressMax } = limits.http;
    const isDirect = config.trustedProxyHops === 0;
    const perAddressMax = isDirect ? connectionsPerAddressMax : Number.POSITIVE_INFINITY;
    this.#connections = new Connections(background, { perAddressMax, filesMax: readFilesMax() });
    this.#bodies = new SlowBodies(background);
    this.#listener = getRequestListener(app.fetch, {
      errorHandler: (error) => this.#failed(error),
    });
    this.#server = createServer({
      headersTimeout: headMs,
      // Probes need not send a Host header. The app refuses every other request without one.
      requireHostHeader: false,
      // A request timeout would also end slow uploads. `SlowBodies` limits bodies instead.
      requestTimeout: 0,
      connectionsCheckingInterval: checkMs,
    });
    this.#server.timeout = stalledMs;
    background.listen(this.#server, "connection", this.#connections.add);
    background.listen(this.#server, "request", this.#request);
    background.listen(
      this.#server,
      "upgrade",
      (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
        try {
          const fault = hostFault(incoming);
          this.#connections.upgraded(socket);
          if (fault) refuse(socket, fault);
          else liveLogs.upgrade(incoming, socket, head);
        } catch (error) {
          refuse(socket, BAD_ADDRESS);
          throw error;
        }
      },
    );
  }

  /** Resolves with the port when the server listens. @throws {Error} such as EADDRINUSE */
  async listen(port: number, hostname: string): Promise<number> {
    const { background, log } = this.#services;
    const listening = Promise.withResolvers<void>();
    background.once(this.#server, "listening", listening.resolve);
    background.listen(this.#server, "error", (error: Error) => {
      if (this.#server.listening) log.error("server.error", { error });
      else listening.reject(error);
    });
    this.#server.listen(port, hostname);
    await listening.promise;
    return (this.#server.address() as AddressInfo).port;
  }

  /** Accepts no further connections. Responses announce that their connection closes. */
  stopListening(): void {
    this.#isClosing = true;
    this.#server.close();
    for (const outgoing of this.#underWay) outgoing.shouldKeepAlive = false;
  }

  /** Waits for running requests within the time limit of a stop, then closes every connection. */
  async close(): Promise<void> {
    const giveUpAt = performance.now() + limits.stop.requestsMs;
    while (this.#underWay.size > 0 && performance.now() < giveUpAt) await delay(20);
    const cut = this.#underWay.size;
    if (cut > 0) this.#services.log.warn("server.requests-cut", { cut });
    this.#server.closeAllConnections();
    this.#connections.destroyAll();
  }

  readonly #request = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { background } = this.#services;
    background.listen(outgoing, "error", () => incoming.socket.destroy());
    const isTurn = this.#connections.turn(incoming, outgoing);
    if (isTurn !== true && !(await isTurn)) return;
    const fault = this.#faultOf(incoming, outgoing);
    if (fault) {
      outgoing.writeHead(fault.status, problemHeaders(fault)).end(problemText(fault));
      const { method = "" } = incoming;
      this.#services.meter.request({ route: "refused", method, status: fault.status, ms: 0 });
      return;
    }
    const answering = this.#door.answer(incoming, outgoing);
    if (answering) return await answering;
    this.#underWay.add(outgoing);
    background.once(outgoing, "close", () => this.#underWay.delete(outgoing));
    if (this.#isClosing) outgoing.shouldKeepAlive = false;
    await this.#listener(incoming, outgoing);
  };

  /** Why a request never reaches the app. */
  #faultOf(incoming: IncomingMessage, outgoing: ServerResponse): RawProblem | undefined {
    if (this.#connections.isRefused(incoming.socket)) return NO_FILES;
    return hostFault(incoming) ?? this.#bodyFault(incoming, outgoing);
  }

  #bodyFault(incoming: IncomingMessage, outgoing: ServerResponse): RawProblem | undefined {
    const hops = this.#services.config.trustedProxyHops;
    const forwarded = [incoming.headers["x-forwarded-for"] ?? []].flat().join(",");
    const address = addressSubject(addressOf(incoming.socket.remoteAddress, forwarded, hops));
    return this.#bodies.admit(incoming, outgoing, address) ? undefined : TOO_MANY_BODIES;
  }

  /** Answers errors outside the app: an invalid address, or a failure of the app's error handler. */
  #failed(error: unknown): Response {
    const isTheirs = error instanceof Error && error.name === "RequestError";
    const problem = isTheirs ? BAD_ADDRESS : FAILED;
    if (!isTheirs) this.#services.log.error("request.failed", { error });
    const { connection: _, ...headers } = problemHeaders(problem);
    return new Response(problemText(problem), { status: problem.status, headers });
  }
}
