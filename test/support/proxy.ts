import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** A request of the product to its database server, as seen from outside. */
interface Passing {
  readonly namespace: string;
  readonly body: string;
}

type Test = (passing: Passing) => boolean;

/**
 * A proxy between the product and a database server with the faults of networks: it may lose the
 * answer to a request after the work, or never answer for some databases.
 */
export async function startProxy(target: string) {
  const agent = new Agent({ keepAlive: true });
  const held = new Set<ServerResponse>();
  let isSilent: Test = () => false;
  let isToBeLost: Test = () => false;
  let lost = () => {};
  let passed = 0;

  const pass = async (from: IncomingMessage, to: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of from) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const header = String(from.headers["x-namespace-bin"] ?? "");
    const namespace = Buffer.from(header, "base64").toString();
    const passing = { namespace, body: body.toString("latin1") };
    passed++;
    if (isSilent(passing)) return void held.add(to);
    const onward = request(
      new URL(from.url!, target),
      { agent, method: from.method!, headers: from.headers },
      (answer) => {
        if (isToBeLost(passing)) {
          isToBeLost = () => false;
          to.destroy();
          lost();
          return;
        }
        to.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(to);
        answer.on("error", () => to.destroy());
      },
    );
    onward.on("error", () => to.destroy());
    onward.end(body);
  };
  const server = createServer((from, to) => {
    pass(from, to).catch(() => to.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    /** How many requests have come so far. */
    passed: () => passed,
    /** Stops answering these from now on, and releases those that were held before. */
    silenceFor: (test: Test) => {
      for (const one of held) one.destroy();
      held.clear();
      isSilent = test;
    },
    /** Resolves when the server has answered one of these and the answer was lost. */
    loseAnswerTo: (test: Test) =>
      new Promise<void>((resolve) => {
        isToBeLost = test;
        lost = resolve;
      }),
    stop: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
