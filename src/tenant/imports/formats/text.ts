import { nameFrom } from "../../../kernel/names.ts";
import { limits } from "../../../limits.ts";

/** A text of one line without invisible characters, at most `charsMax` long. "" if nothing is left. */
export function lineFrom(value: unknown, charsMax: number): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  const text = String(value).slice(0, limits.imports.textCharsMax);
  if (!PLAIN.test(text)) return nameFrom(text, charsMax, "");
  const line = text.replace(/ {2,}/g, " ").trim().slice(0, charsMax).trim();
  return /[\p{L}\p{N}]/u.test(line) ? line : "";
}

/** Letters, digits and signs of Latin scripts: all visible. Most texts are, and the check is quick. */
const PLAIN = /^[\x20-\x7e\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]*$/;

/** A text of several lines, such as a note. */
export function linesFrom(value: unknown, charsMax: number): string {
  if (typeof value !== "string") return "";
  const lines = value.slice(0, limits.imports.textCharsMax).split(/\r\n|\r|\n/);
  return lines
    .map((line) => lineFrom(line, charsMax))
    .join("\n")
    .trim()
    .slice(0, charsMax);
}

/** An item of the game, from a link such as `|Hitem:16939:…|h[Dragonstalker's Helm]|h`, or its name. */
export function itemFrom(text: unknown, id: unknown = null): { name: string; id: number | null } {
  const source = typeof text === "string" ? text : "";
  const link = /\|Hitem:(\d+)[^|]*\|h\[(.*?)\]\|h/.exec(source);
  const plain = link ? link[2]! : source.replace(/^\s*\[(.*)\]\s*$/, "$1");
  const itemId = Number(id ?? link?.[1] ?? "") || Number(link?.[1] ?? "") || 0;
  const name = lineFrom(plain.replace(/\|c[\da-fA-F]{8}|\|r/g, ""), limits.auctions.itemCharsMax);
  const isId = Number.isSafeInteger(itemId) && itemId > 0;
  return { name: name || (isId ? `Item ${itemId}` : ""), id: isId ? itemId : null };
}

/** Points as decimal text, from a number or a text of a file. Undefined if it is no number. */
export function pointsFrom(value: unknown): string | undefined {
  if (typeof value === "number") {
    if (!Number.isFinite(value) || Math.abs(value) >= 1e12) return undefined;
    return plainDecimal(value);
  }
  if (typeof value !== "string") return undefined;
  const text = value
    .trim()
    .replace(/^\+/, "")
    .replace(/^(-?)\./, "$10.");
  const unified = /^-?\d+,\d{1,3}$/.test(text) ? text.replace(",", ".") : text;
  return /^-?\d{1,12}(\.\d{1,15})?$/.test(unified) ? unified : undefined;
}

/** A number without exponent and without the noise of floating point beyond six digits. */
function plainDecimal(value: number): string {
  const text = value.toFixed(6).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}

/** A decimal text with the other sign. */
export function negatedPoints(points: string): string {
  if (/^-?0+(\.0+)?$/.test(points)) return "0";
  return points.startsWith("-") ? points.slice(1) : `-${points}`;
}

/** Without its sign. */
export function absolutePoints(points: string): string {
  return points.replace(/^-/, "");
}

export function isZero(points: string): boolean {
  return /^-?0*(\.0*)?$/.test(points);
}

/** A short number for a text, so that rows without an id have a key. The same in every runtime. */
export function shortHash(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high =
    Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0");
}
