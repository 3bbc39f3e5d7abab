import { appendFileSync } from "node:fs";
import { afterAll, inject } from "vitest";
import { seen } from "./seen.ts";

// Runs with each test file: records every secret when it is made, and reports at the end
// how much was searched.

const TOKEN_BYTES = 32;
const random = crypto.getRandomValues.bind(crypto);
crypto.getRandomValues = ((bytes: Uint8Array) => {
  random(bytes as Uint8Array<ArrayBuffer>);
  if (bytes.length === TOKEN_BYTES) seen.secret("token", Buffer.from(bytes).toString("base64url"));
  return bytes;
}) as typeof crypto.getRandomValues;

afterAll(() => {
  seen.searchLines();
  appendFileSync(inject("searched"), `${JSON.stringify(seen.counts)}\n`);
  if (seen.faults.size > 0) throw new Error(`Secrets were told:\n${[...seen.faults].join("\n")}`);
});
