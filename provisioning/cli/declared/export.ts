import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Document, isScalar, visit } from "yaml";
import { Conflict } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import {
  areasOfText,
  type Fields,
  type GuildFile,
  guildFile,
} from "../../../src/platform/declared/guild-file.ts";
import { presentGuilds, type StoredGuild } from "../../../src/platform/declared/present.ts";
import { EXIT, type Output, plural } from "../output.ts";

/** Writes one file for each guild that is not deleted. Their names are the guilds' slugs. */
export async function exportFiles(
  services: NodeServices,
  out: Output,
  to: string,
): Promise<number> {
  await mkdir(to, { recursive: true });
  if ((await readdir(to)).some((name) => /\.ya?ml$/.test(name))) {
    throw new Conflict(
      "declared/not-empty",
      `The folder ${to} has guild files already. Name another.`,
    );
  }
  const guilds = (await presentGuilds(services.platform)).filter(
    ({ status }) => status !== "deleted" && status !== "deleting",
  );
  for (const guild of guilds) {
    const document = documentOf(guild);
    await writeFile(join(to, `${document.slug}.yaml`), textOf(document), { flag: "wx" });
  }
  out.result({ files: guilds.length, folder: to }, () =>
    [
      `${plural(guilds.length, "guild")} written to ${to}.`,
      `Try:   guildhall declared diff ${to}`,
    ].join("\n"),
  );
  return EXIT.done;
}

/** A guild file as text. Texts that look like numbers are in quotes, and so are all ids. */
export function textOf(document: GuildFile): string {
  const doc = new Document(document, { sortMapEntries: false });
  visit(doc, {
    Pair: (_key, { key, value }) => {
      const isId = isScalar(key) && /^(id|discordGuildId)$/.test(String(key.value));
      if (isId && isScalar(value)) value.type = "QUOTE_DOUBLE";
    },
  });
  return doc.toString({ lineWidth: 0 });
}

/** A guild as its file would be. */
export function documentOf({ id, fields, applied }: StoredGuild): GuildFile {
  const dedicated = applied?.document.placement.dedicated;
  return guildFile.parse({
    id,
    ...picked(fields, ["slug", "name", "edition", "realm", "region", "faction", "owner", "tier"]),
    ...(fields.discordGuildId !== null && { discordGuildId: fields.discordGuildId }),
    placement: { host: fields["placement.host"], ...(dedicated !== undefined && { dedicated }) },
    ...section(fields, "limits"),
    protected: fields.protected,
    ...section(fields, "settings"),
  });
}

function picked(fields: Fields, names: readonly (keyof Fields)[]) {
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

/** The fields below `limits` or `settings`, without absent ones. */
function section(fields: Fields, name: "limits" | "settings") {
  const own = Object.entries(fields)
    .filter(([path, value]) => path.startsWith(`${name}.`) && value !== null)
    .map(([path, value]) => [
      path.slice(name.length + 1),
      path === "settings.visitors" ? areasOfText(String(value)) : value,
    ]);
  return own.length === 0 ? {} : { [name]: Object.fromEntries(own) };
}
