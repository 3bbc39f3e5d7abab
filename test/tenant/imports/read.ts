import type { ImportRow } from "../../../src/tenant/imports/document.ts";
import { readSource } from "../../../src/tenant/imports/formats/index.ts";

/** Reads a text as a guild of a realm does, in the winter of 2026. Its zone is UTC. */
export function read(text: string, realm = "Area 52") {
  const { rows, ...rest } = readSource(text, "auto", {
    realm,
    timeZone: "UTC",
    nowMs: Date.UTC(2026, 0, 14),
  });
  const all = [...rows];
  const of = (kind: ImportRow["kind"]) => all.filter((row) => row.kind === kind);
  const data = (kind: ImportRow["kind"]) => of(kind).map((row) => row.data);
  const names = data("person").map((one) => (one as { name: string }).name);
  return { ...rest, all, data, names, problems: all.flatMap(({ problem }) => problem ?? []) };
}
