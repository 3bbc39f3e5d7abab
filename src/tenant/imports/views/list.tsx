import type { View } from "../../../http/view.ts";
import type { Page } from "../../../kernel/cursor.ts";
import { limits } from "../../../limits.ts";
import { Button, Card, EmptyState, PageHeader } from "../../../web/components.tsx";
import { ErrorSummary, type FormState, SelectField, TextArea } from "../../../web/forms.tsx";
import { GuildLayout, guildHref } from "../../../web/layout.tsx";
import { type Column, DataTable } from "../../../web/tables.tsx";
import { toJson } from "../api.ts";
import { TRIED } from "../formats/tried.ts";
import { FORMAT_NAMES, type FormatName } from "../reader.ts";
import type { Batch } from "../service.ts";
import { nameOf, StateBadge, toolOf, When } from "./parts.tsx";

/** All imports, the form for another one, and which formats were tried with which files. */
export function ImportsPage(props: { view: View; page: Page<Batch>; form: FormState }) {
  const { view, page, form } = props;
  const t = view.messages.imports;
  return (
    <GuildLayout view={view} title={t.title} section="ledger">
      <PageHeader title={t.bring} lead={t.lead} />
      <UploadCard view={view} form={form} />
      <DataTable
        caption={t.title}
        columns={columnsOf(view)}
        rows={page.items}
        url={view.url}
        messages={view.messages}
        next={page.next}
        empty={<EmptyState icon="ledger" title={t.noneTitle} text={t.noneText} />}
      />
      <Formats view={view} />
    </GuildLayout>
  );
}

function UploadCard({ view, form }: { view: View; form: FormState }) {
  const t = view.messages.imports;
  const megabytes = Math.floor(limits.imports.uploadBytesMax / 1024 ** 2);
  return (
    <Card title={t.upload}>
      <form
        class="stack"
        method="post"
        action={guildHref(view, "/imports")}
        enctype="multipart/form-data"
      >
        <ErrorSummary form={form} messages={view.messages} />
        <div class="field">
          <label for="file">{t.file}</label>
          <span class="hint" id="file-hint">
            {t.fileHint(megabytes)}
          </span>
          <input
            id="file"
            name="file"
            type="file"
            aria-describedby="file-hint"
            accept=".lua,.csv,.tsv,.scsv,.txt,.xml,.json"
          />
        </div>
        <TextArea
          name="text"
          label={t.text}
          hint={t.textHint}
          form={form}
          rows={5}
          maxlength={limits.imports.pasteCharsMax}
        />
        <SelectField
          name="format"
          label={t.format}
          form={form}
          options={[
            { value: "auto", label: t.auto },
            ...FORMAT_NAMES.map((value) => ({ value, label: t.tools[value] })),
          ]}
        />
        <Button>{t.read}</Button>
      </form>
    </Card>
  );
}

function columnsOf(view: View): readonly Column<Batch>[] {
  const t = view.messages.imports;
  return [
    {
      id: "name",
      label: t.source,
      cell: (one) => <a href={guildHref(view, `/imports/${one.id}`)}>{nameOf(view, one)}</a>,
    },
    { id: "tool", label: t.tool, cell: (one) => (one.format === "" ? "–" : toolOf(view, one)) },
    { id: "state", label: t.state, cell: (one) => <StateBadge view={view} batch={one} /> },
    { id: "new", label: t.new, numeric: true, cell: (one) => String(toJson(one).totals.new) },
    { id: "time", label: t.time, cell: (one) => <When view={view} at={one.createdAt} /> },
    { id: "by", label: t.by, cell: (one) => one.actorName },
  ];
}

function Formats({ view }: { view: View }) {
  const t = view.messages.imports;
  const kinds = (name: FormatName, tried: "real" | "made") =>
    TRIED[name][tried].map((kind) => t.files[kind]).join(", ") || "–";
  return (
    <details class="card">
      <summary>{t.formats}</summary>
      <p class="muted">{t.formatsLead}</p>
      <DataTable
        caption={t.formats}
        rows={FORMAT_NAMES}
        url={view.url}
        messages={view.messages}
        empty=""
        columns={[
          { id: "tool", label: t.tool, cell: (name) => t.tools[name] },
          { id: "real", label: t.real, cell: (name) => kinds(name, "real") },
          { id: "made", label: t.made, cell: (name) => kinds(name, "made") },
        ]}
      />
    </details>
  );
}
