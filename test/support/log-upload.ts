import type { TestApp, TestClient } from "./app.ts";

/** Uploads a log and waits until it is read. Returns the path of its report in the guild's API. */
export async function uploadLog(
  t: TestApp,
  client: TestClient,
  text: string,
  fileName = "log.txt",
): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const begun = await client.post("/logs", { fileName, sizeBytes: bytes.length });
  const path = `/logs/${begun.body.id}`;
  await client.putBytes(`${path}/content`, bytes, { "upload-offset": "0" });
  await t.services.logIngest.drain();
  return path;
}
