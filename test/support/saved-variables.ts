/** Players of a generated history. Each is at a fifth of the nights. */
const PLAYERS = 120;
const PRESENT = 24;
const FIRST_SECONDS = 1_580_000_000;

const letters = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
const player = (n: number) => `Raider${letters(n % PLAYERS)}`;

/**
 * A MonolithDKP file of at least `bytes`, with the shares of a real one: one award or decay for each two
 * items. The table has one point more than the history, so that each player needs a correction.
 */
export function savedVariablesOf(bytes: number): { readonly text: string; readonly rows: number } {
  const points = new Map<string, number>();
  const add = (name: string, more: number) => points.set(name, (points.get(name) ?? 0) + more);
  const [history, loot]: [string[], string[]] = [[], []];
  let chars = 0;
  for (let n = 0; chars < bytes; n++) {
    const date = FIRST_SECONDS + n * 600;
    const names = Array.from({ length: PRESENT }, (_, at) => player(n + at * 5));
    for (const name of names) add(name, 6);
    history.push(`	{
		["players"] = "${names.join(",")},",
		["index"] = "Officer-${date}",
		["dkp"] = 6,
		["date"] = ${date},
		["reason"] = "Boss Kill Bonus",
	}, -- [${n + 1}]`);
    for (const at of [1, 2]) {
      const name = player(n + at * 5);
      add(name, -9);
      loot.push(`	{
		["player"] = "${name}",
		["loot"] = "|cffa335ee|Hitem:${16_900 + (n % 90)}::::::::60:::::::|h[Helm of the ${letters(n % 90)}]|h|r",
		["zone"] = "Molten Core",
		["date"] = ${date + at},
		["boss"] = "Golemagg the Incinerator",
		["index"] = "Officer-${date + at}",
		["cost"] = -9,
	}, -- [${n * 2 + at}]`);
    }
    chars += history.at(-1)!.length + loot.at(-1)!.length + loot.at(-2)!.length;
  }
  const table = [...points].map(
    ([name, dkp]) => `	{ ["player"] = "${name}", ["class"] = "MAGE", ["dkp"] = ${dkp + 1} },`,
  );
  const named = (name: string, rows: readonly string[]) => `${name} = {\n${rows.join("\n")}\n}\n`;
  const tables = [
    named("MonDKP_DKPTable", table),
    named("MonDKP_DKPHistory", history),
    named("MonDKP_Loot", loot),
  ];
  return { text: tables.join(""), rows: history.length + loot.length };
}
