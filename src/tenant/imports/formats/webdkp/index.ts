import { DocumentBuilder } from "../builder.ts";
import type { ImportFormat } from "../format.ts";
import { itemFrom, pointsFrom, shortHash } from "../text.ts";

/**
 * The loot table of WebDKP: lines of `item<tab>price`, or `zone<tab>item<tab>price`. It is a list of
 * prices, and guilds have none, so the preview shows each line and imports nothing of it.
 */
export const webdkp: ImportFormat = {
  detect: isPriceList,
  read: (text, context) => {
    const builder = new DocumentBuilder(context);
    let zone = "";
    for (const line of text.split(/\r?\n/)) {
      const parts = LINE.exec(line);
      if (parts === null) continue;
      zone = parts[1]?.trim() || zone;
      const [item, price] = [itemFrom(parts[2]), pointsFrom(parts[3])];
      const data = {
        itemName: item.name,
        itemId: null,
        fate: "bank",
        person: null,
        note: zone,
        at: context.nowMs,
      } as const;
      const label = `${item.name}: ${price ?? ""}`;
      builder.add("loot", shortHash(`${zone} ${item.name}`), label, data, "price-list");
    }
    return builder.document({ format: "webdkp", source: "webdkp", snapshotAt: null });
  },
};

const LINE = /^(?:([^\t]*)\t)?([^\t]*\p{L}[^\t]*)\t\s*(\d+(?:\.\d+)?)\s*$/u;

/** Names of items have several words, names of characters have one. */
function isPriceList(text: string): boolean {
  const lines = text.slice(0, 4_000).split(/\r?\n/).slice(0, 20);
  const parts = lines.filter((line) => line.trim() !== "").map((line) => LINE.exec(line));
  const whole = parts.length > 1 ? parts.slice(0, -1) : parts;
  const words = whole.filter((part) => part?.[2]?.trim().includes(" "));
  return (
    whole.length > 0 && whole.every((part) => part !== null) && words.length * 2 > whole.length
  );
}
