import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

const TXT = 16;
const IN = 1;
/** A pointer to the question's name, which begins after the header. */
const NAME_POINTER = 0xc00c;
const HEADER_BYTES = 12;
const PART_BYTES_MAX = 255;

/** What the server answers for a name, besides its records. */
type Failure = "servfail" | "refused";

const CODES = { none: 0, servfail: 2, missing: 3, refused: 5 } as const;

/** A name server for TXT records, over UDP at an address of this machine. */
export async function startDns() {
  const records = new Map<string, readonly string[]>();
  const failures = new Map<string, Failure>();
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { name, type, end } = questionOf(query);
    asked.push(name);
    const texts = type === TXT ? (records.get(name) ?? []) : [];
    const failure = failures.get(name);
    const code = failure ? CODES[failure] : records.has(name) ? CODES.none : CODES.missing;
    socket.send(answerTo(query.subarray(0, end), code, failure ? [] : texts), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as AddressInfo;
  return {
    /** For `DNS_SERVERS`. */
    address: `127.0.0.1:${port}`,
    /** Names that were asked for, in order. */
    asked,
    /** Sets all TXT records of a name. Without any, the name exists and has none. */
    set: (name: string, ...texts: readonly string[]) => {
      records.set(name, texts);
    },
    remove: (name: string) => {
      records.delete(name);
    },
    /** Lets questions for a name fail until it is called without a failure. */
    fail: (name: string, failure?: Failure) => {
      if (failure) failures.set(name, failure);
      else failures.delete(name);
    },
    stop: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

/** The first question of a query, and where it ends. */
function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at++]!; length > 0; length = query[at++]!) {
    labels.push(query.toString("latin1", at, at + length));
    at += length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at), end: at + 4 };
}

/** An answer: the header and the question as they came, then a record for each text. */
function answerTo(query: Buffer, code: number, texts: readonly string[]): Buffer {
  const head = Buffer.from(query);
  // A response, with recursion desired and available.
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(texts.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...texts.map(recordOf)]);
}

function recordOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  // An empty text has one empty part.
  let at = 0;
  do {
    const part = bytes.subarray(at, at + PART_BYTES_MAX);
    parts.push(Buffer.from([part.length]), part);
    at += PART_BYTES_MAX;
  } while (at < bytes.length);
  const data = Buffer.concat(parts);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(NAME_POINTER, 0);
  head.writeUInt16BE(TXT, 2);
  head.writeUInt16BE(IN, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
