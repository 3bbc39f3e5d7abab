import type { View } from "../../../http/view.ts";
import { Badge, Time } from "../../../web/components.tsx";
import type { Batch } from "../service.ts";

/** A text of the messages by a code from a file or the database, or the code itself. */
export function textOf(texts: Readonly<Record<string, unknown>>, code: string): string {
  const text = Object.hasOwn(texts, code) ? texts[code] : undefined;
  return typeof text === "string" ? text : code;
}

/** The name of an import: of its file, or that of the tool for a pasted text. */
export function nameOf(
  view: View,
  { fileName, format }: Pick<Batch, "fileName" | "format">,
): string {
  const t = view.messages.imports;
  if (fileName !== "") return fileName;
  return format === "" ? t.pasted : textOf(t.tools, format);
}

/** The tool, and the edition of its format if there are several. */
export function toolOf(view: View, { format, edition }: Pick<Batch, "format" | "edition">): string {
  const tool = textOf(view.messages.imports.tools, format);
  return edition === "" || format === "" ? tool : `${tool} (${edition})`;
}

export function StateBadge({ view, batch }: { view: View; batch: Pick<Batch, "state" | "error"> }) {
  const t = view.messages.imports;
  const isCanceled = batch.state === "failed" && batch.error === "imports/canceled";
  const look =
    batch.state === "done" ? "good" : batch.state === "failed" && !isCanceled ? "bad" : "plain";
  return <Badge look={look}>{isCanceled ? t.canceled : t.states[batch.state]}</Badge>;
}

export function When({ view, at }: { view: View; at: number }) {
  return <Time at={at} timeZone={view.guild!.guild.timeZone} locale={view.locale} />;
}
