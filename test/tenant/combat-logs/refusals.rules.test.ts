import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { unpacked } from "../../../src/tenant/combat-logs/unpack.ts";

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

test.each([
  ["logs/not-a-log", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)],
  ["logs/not-a-log", gzipSync(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))],
  ["logs/packed-otherwise", Buffer.from("BZh91AY&SY")],
  ["logs/packed-otherwise", Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)],
  ["logs/other-encoding", Uint8Array.of(0xfe, 0xff, 0, 0x38)],
  ["logs/cut-off", gzipSync("1/2 20:00:00.000  ZONE_CHANGE").subarray(0, 20)],
])("L22 %s is told by the first bytes of a file", async (code, bytes) => {
  const read = async () => {
    for await (const _ of unpacked(once(bytes)));
  };
  await expect(read()).rejects.toMatchObject({ code });
});
