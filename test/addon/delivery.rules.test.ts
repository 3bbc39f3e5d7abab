import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { deliver } from "../../provisioning/cli/companion/delivery.ts";
import { contentOf } from "../../provisioning/cli/companion/game-export.ts";
import { exportText } from "./exports.ts";

const DAY_MS = 24 * 3_600_000;

describe("a delivery", () => {
  type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
  const content = contentOf(exportText());
  const one = content.kind === "export" ? content.found : undefined;

  /** Sends the export to a server that answers so. */
  async function answerFrom(handler: Handler, path = "") {
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => handler(request, response, body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const { port } = server.address() as AddressInfo;
    try {
      const target = { server: new URL(`http://127.0.0.1:${port}${path}`), guild: "iron vow" };
      return await deliver(
        one!,
        target,
        async () => "gh_test",
        () => 0,
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }
  const answering =
    (status: number, headers: Record<string, string> = {}, body: unknown = {}): Handler =>
    (_request, response) => {
      response.writeHead(status, headers).end(JSON.stringify(body));
    };

  test("sends the file as it is, with the key and its hash as Idempotency-Key", async () => {
    let seen: unknown;
    const answer = await answerFrom((request, response, body) => {
      const { authorization, "idempotency-key": key } = request.headers;
      seen = [request.method, request.url, authorization, key, body];
      response.writeHead(202).end('{"rows":2}');
    });
    expect(answer).toEqual({ kind: "delivered", rows: 2 });
    const path = "/api/g/iron%20vow/guild-sync/addon-upload";
    expect(seen).toEqual(["POST", path, "Bearer gh_test", one!.hash, exportText()]);
  });

  test.each([
    [429, { "retry-after": "90" }, 90_000],
    [503, { "retry-after": "Thu, 01 Jan 1970 00:02:00 GMT" }, 120_000],
    [503, { "retry-after": "99999999" }, DAY_MS],
    [503, { "retry-after": "soon" }, undefined],
    [500, {}, undefined],
    [502, {}, undefined],
    [408, {}, undefined],
    [409, {}, undefined],
  ])("is repeated later after %i with %o", async (status, headers, waitMs) => {
    const answer = await answerFrom(answering(status, headers as Record<string, string>));
    expect(answer).toMatchObject({ kind: "retry", ...(waitMs !== undefined && { waitMs }) });
    if (waitMs === undefined) expect(answer).not.toHaveProperty("waitMs");
  });

  test("is repeated later when no server answers, or the connection breaks", async () => {
    const answer = await answerFrom((request) => request.socket.destroy());
    expect(answer).toMatchObject({ kind: "retry", reason: /does not answer/ });
    const gone = { server: new URL("http://127.0.0.1:9"), guild: undefined };
    expect(
      await deliver(
        one!,
        gone,
        async () => "gh_test",
        () => 0,
      ),
    ).toMatchObject({
      kind: "retry",
    });
  });

  test.each([
    [401, "stop", /does not accept the key/],
    [403, "stop", /may not upload.*Ask an admin/],
    [404, "stop", /does not know this guild/],
    [302, "stop", /does not know this guild/],
    [422, "refused", /Ask an admin/],
    [413, "refused", /Ask an admin/],
    [400, "refused", /Ask an admin/],
  ])("ends with a sentence after %i", async (status, kind, message) => {
    const headers = { location: "/sign-in" };
    const answer = await answerFrom(answering(status, headers, { detail: "Ask an admin." }));
    expect(answer).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  test("follows its guild to a new address, and gives the key to no other server", async () => {
    const asked: string[] = [];
    const answer = await answerFrom((request, response, body) => {
      asked.push(`${request.method} ${request.url} ${body.length}`);
      if (asked.length === 1) response.writeHead(308, { location: "/api/g/new/x" }).end();
      else response.writeHead(202).end('{"rows":2}');
    });
    expect(answer).toEqual({ kind: "delivered", rows: 2 });
    expect(asked[1]).toBe(`POST /api/g/new/x ${exportText().length}`);
    let hasKey = false;
    const other = createServer((_request, response) => {
      hasKey = true;
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", () => resolve()));
    const { port } = other.address() as AddressInfo;
    const location = `http://127.0.0.1:${port}/`;
    const moved = await answerFrom(answering(308, { location }));
    expect(moved).toMatchObject({ kind: "stop", message: expect.stringContaining("has moved") });
    expect(hasKey).toBe(false);
    await new Promise((resolve) => other.close(resolve));
  });
});
