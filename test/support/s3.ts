import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// A storage that has as much of S3 as backups need: objects, their lists, and uploads in parts.
// Every request must carry a right signature (AWS Signature Version 4, as Amazon documents it).

const REGION = "eu-test-1";
const ACCESS_KEY_ID = "test-access-key";
const SECRET_ACCESS_KEY = "test secret access key of the stand-in";

/** Starts a storage with an empty bucket on a free port. */
export async function startS3() {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const requests: string[] = [];
  const keys = new Map<string, string>();
  let isDown = false;
  let partsFail = false;
  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url!, `http://${request.headers.host}`);
    requests.push(`${request.method} ${url.pathname}`);
    const end = (status: number, text: string | Buffer = "", headers = {}) => {
      response.writeHead(status, headers);
      response.end(request.method === "HEAD" ? undefined : text);
    };
    if (isDown) return end(503, fault("SlowDown"));
    if (!isSigned(request, url, body)) return end(403, fault("SignatureDoesNotMatch"));
    const key = decodeURIComponent(url.pathname.replace(/^\/backups\/?/, ""));
    const query = url.searchParams;
    if (key === "" && query.has("list-type")) return end(200, list(query.get("prefix") ?? ""));
    if (request.method === "POST" && query.has("uploads")) {
      const id = `upload-${uploads.size + 1}`;
      uploads.set(id, new Map());
      keys.set(id, key);
      const text = `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
      return end(200, text, { "content-type": "application/xml" });
    }
    if (request.method === "GET" && query.has("uploads")) return end(200, listUploads());
    if (request.method === "DELETE" && query.has("uploadId")) {
      uploads.delete(query.get("uploadId")!);
      return end(204);
    }
    if (request.method === "PUT" && query.has("partNumber")) {
      if (partsFail) return end(400, fault("EntityTooLarge"));
      uploads.get(query.get("uploadId")!)!.set(Number(query.get("partNumber")), body);
      return end(200, "", { etag: etagOf(body) });
    }
    if (request.method === "POST" && query.has("uploadId")) {
      const parts = [...uploads.get(query.get("uploadId")!)!].sort(([a], [b]) => a - b);
      objects.set(key, Buffer.concat(parts.map(([, part]) => part)));
      uploads.delete(query.get("uploadId")!);
      const etag = etagOf(objects.get(key)!);
      return end(
        200,
        `<CompleteMultipartUploadResult><Location>l</Location><Bucket>backups</Bucket><Key>${key}</Key><ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
        { "content-type": "application/xml" },
      );
    }
    if (request.method === "PUT") {
      objects.set(key, body);
      return end(200, "", { etag: etagOf(body) });
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return end(204);
    }
    const found = objects.get(key);
    if (!found) return end(404, fault("NoSuchKey"), { "content-type": "application/xml" });
    return end(200, found, { etag: etagOf(found), "content-length": String(found.length) });
  }

  function listUploads(): string {
    const open = [...uploads.keys()].map(
      (id) =>
        `<Upload><Key>${keys.get(id)}</Key><UploadId>${id}</UploadId>` +
        "<Initiated>2026-01-14T20:00:00.000Z</Initiated></Upload>",
    );
    return `<?xml version="1.0"?><ListMultipartUploadsResult><Bucket>backups</Bucket>${open.join("")}</ListMultipartUploadsResult>`;
  }

  function list(prefix: string): string {
    const found = [...objects].filter(([key]) => key.startsWith(prefix)).sort();
    const contents = found.map(
      ([key, value]) =>
        `<Contents><Key>${key}</Key><Size>${value.length}</Size><ETag>${etagOf(value)}</ETag>` +
        "<LastModified>2026-01-14T20:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents>",
    );
    return (
      `<?xml version="1.0"?><ListBucketResult><Name>backups</Name>` +
      `<KeyCount>${found.length}</KeyCount><IsTruncated>false</IsTruncated>` +
      `${contents.join("")}</ListBucketResult>`
    );
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    objects,
    requests,
    /** From now on it answers no request, or all of them again. */
    setDown: (down: boolean) => {
      isDown = down;
    },
    /** Whether parts of uploads are refused. */
    failParts: (fail: boolean) => {
      partsFail = fail;
    },
    /** Leaves an unfinished upload, as a process does that dies during one. */
    beginUpload: (key: string) => {
      uploads.set("left-behind", new Map());
      keys.set("left-behind", key);
    },
    uploadsOpen: () => uploads.size,
    env: {
      BACKUP_S3_URL: `http://127.0.0.1:${port}/backups`,
      BACKUP_S3_REGION: REGION,
      BACKUP_S3_ACCESS_KEY_ID: ACCESS_KEY_ID,
      BACKUP_S3_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const given =
    /Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(
      request.headers.authorization ?? "",
    );
  if (!given) return false;
  const [, id, day, region, signed, signature] = given as unknown as string[];
  const payload = String(request.headers["x-amz-content-sha256"]);
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== sha256(body)) return false;
  const query = [...url.searchParams]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join("&");
  const headers = signed!
    .split(";")
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, url.pathname, query, headers.join(""), signed, payload].join(
    "\n",
  );
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${String(request.headers["x-amz-date"])}\n${scope}\n${sha256(canonical)}`;
  const key = [day!, region!, "s3", "aws4_request"].reduce<Buffer | string>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${SECRET_ACCESS_KEY}`,
  );
  const expected = createHmac("sha256", key).update(text).digest();
  const actual = Buffer.from(signature!, "hex");
  const isEqual = actual.length === expected.length && timingSafeEqual(actual, expected);
  return id === ACCESS_KEY_ID && region === REGION && isEqual;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function etagOf(data: Buffer): string {
  return `"${createHash("md5").update(data).digest("hex")}"`;
}

function fault(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}
