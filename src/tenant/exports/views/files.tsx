import type { View } from "../../../http/view.ts";
import type { Permission } from "../../../kernel/permissions.ts";
import { LinkButton, PageHeader, Section } from "../../../web/components.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { DataTable } from "../../../web/tables.tsx";
import { may } from "../../context.ts";

interface Row {
  readonly name: string;
  readonly text: string;
  readonly needs: Permission;
  /** The addresses of the files by what their buttons say. */
  readonly files: Readonly<Record<string, string>>;
}

/** Every file of the guild that the reader may have: as spreadsheets, and for other tools. */
export function FilesPage({ view }: { view: View }) {
  const t = view.messages.exports;
  return (
    <GuildLayout view={view} title={t.title} section="loot">
      <PageHeader title={t.title} lead={t.lead}>
        {may(view.guild!, "points.award") && (
          <LinkButton look="quiet" href={guildHref(view, "/imports")}>
            {view.messages.imports.bring}
          </LinkButton>
        )}
      </PageHeader>
      <Files view={view} title={t.own} lead={t.ownLead} rows={ownFiles(view)} />
      <Files view={view} title={t.tools} lead={t.toolsLead} rows={toolFiles(view)} />
    </GuildLayout>
  );
}

function Files(props: { view: View; title: string; lead: string; rows: readonly Row[] }) {
  const { view, title, lead, rows } = props;
  const t = view.messages.exports;
  return (
    <Section title={title}>
      <p class="muted">{lead}</p>
      <DataTable
        caption={title}
        rows={rows.filter(({ needs }) => may(view.guild!, needs))}
        url={view.url}
        messages={view.messages}
        empty=""
        columns={[
          { id: "name", label: t.name, cell: ({ name }) => name },
          { id: "text", label: t.content, cell: ({ text }) => text },
          {
            id: "files",
            label: t.files,
            cell: ({ name, files }) => (
              <span class="row">
                {Object.entries(files).map(([label, path]) => (
                  <a href={guildHref(view, path)} aria-label={`${name}: ${label}`}>
                    {label}
                  </a>
                ))}
              </span>
            ),
          },
        ]}
      />
    </Section>
  );
}

function ownFiles(view: View): readonly Row[] {
  const { exports: t, common } = view.messages;
  const both = (path: string) => ({ CSV: `${path}.csv`, JSON: `${path}.json` });
  return [
    {
      name: common.nav.standings,
      text: t.standings,
      needs: "standings.view",
      files: both("/standings/export"),
    },
    {
      name: common.nav.ledger,
      text: t.ledger,
      needs: "ledger.view",
      files: both("/ledger/export"),
    },
    { name: common.nav.loot, text: t.loot, needs: "loot.view", files: both("/loot/export") },
    {
      name: common.nav.auctions,
      text: t.auctions,
      needs: "auctions.view",
      files: both("/auctions/export"),
    },
    {
      name: view.messages.raids.attendance,
      text: t.attendance,
      needs: "raids.view",
      files: both("/raids/attendance"),
    },
    {
      name: view.messages.raids.grid,
      text: t.grid,
      needs: "raids.view",
      files: both("/raids/attendance/grid"),
    },
    {
      name: common.nav.roster,
      text: t.roster,
      needs: "roster.view",
      files: { CSV: "/roster/export.csv" },
    },
  ];
}

function toolFiles(view: View): readonly Row[] {
  const t = view.messages.exports;
  const { tools } = view.messages.imports;
  const loot = "/exports/loot";
  return [
    {
      name: tools.rclootcouncil,
      text: t.rclootcouncil,
      needs: "loot.view",
      files: { CSV: `${loot}/rclootcouncil.csv`, JSON: `${loot}/rclootcouncil.json` },
    },
    {
      name: tools.gargul,
      text: t.gargul,
      needs: "loot.view",
      files: { [t.lines]: `${loot}/gargul.csv` },
    },
    {
      name: tools.gargul,
      text: t.gargulWishes,
      needs: "auctions.view",
      files: { [t.text]: "/exports/wishlists/gargul.txt" },
    },
    {
      name: tools.thatsmybis,
      text: t.thatsmybis,
      needs: "loot.view",
      files: { CSV: `${loot}/thatsmybis.csv` },
    },
    {
      name: tools.thatsmybis,
      text: t.thatsmybisWishes,
      needs: "auctions.view",
      files: { CSV: "/exports/wishlists/thatsmybis.csv" },
    },
  ];
}
