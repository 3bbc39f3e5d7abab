import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineChart } from "../../src/web/chart.tsx";
import * as ui from "../../src/web/components.tsx";
import {
  Checkbox,
  CheckboxField,
  Form,
  type FormState,
  RadioField,
  SelectField,
  TextArea,
  TextField,
} from "../../src/web/forms.tsx";
import { GuildLayout } from "../../src/web/layout.tsx";
import { DataTable, Filters } from "../../src/web/tables.tsx";
import { aView, html, english as messages } from "./support.tsx";

const HOSTILE = [
  "<script>alert(1)</script>",
  "</title><script src=//evil.test></script>",
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '" hx-get="//evil.test" hx-trigger="load',
  "</textarea><svg onload=alert(1)>",
  "</option></select><iframe srcdoc='<script>alert(1)</script>'>",
  "</desc></svg><math><mtext></mtext></math>",
  "<!--<style>*{background:url(//evil.test)}</style>-->",
  "javascript:alert(1)",
  "&lt;script&gt;",
  "<ﬃ\u0000\u202e>",
  "]]><![CDATA[",
];

const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 12 })), { maxLength: 4 })
  .map((parts) => parts.join(""))
  .filter((text) => text !== "");

const url = new URL("http://localhost/g/iron-vow/standings");
const wrong = (text: string): FormState => ({
  values: { field: text, many: [text] },
  errors: { field: text, many: text },
  detail: text,
});

/** Every place where a page shows text that a user wrote. */
const PLACES: Readonly<Record<string, (text: string) => unknown>> = {
  PageHeader: (text) => <ui.PageHeader title={text} lead={text} />,
  Section: (text) => <ui.Section title={text}>{text}</ui.Section>,
  Card: (text) => <ui.Card title={text}>{text}</ui.Card>,
  EmptyState: (text) => (
    <ui.EmptyState title={text} text={text} action={{ href: "/", label: text }} />
  ),
  Badge: (text) => <ui.Badge>{text}</ui.Badge>,
  Notice: (text) => <ui.Notice look="bad">{text}</ui.Notice>,
  ClassName: (text) => <ui.ClassName id={text} name={text} />,
  CopyField: (text) => <ui.CopyField id="link" label={text} value={text} messages={messages} />,
  StatTile: (text) => (
    <ui.StatTile label={text} note={text}>
      {text}
    </ui.StatTile>
  ),
  Meter: (text) => <ui.Meter label={text} used={1} limit={2} />,
  Steps: (text) => (
    <ui.Steps steps={[{ id: "one", label: text, state: "now" }]} messages={messages} />
  ),
  Button: (text) => (
    <ui.Button name="pick" value={text}>
      {text}
    </ui.Button>
  ),
  LineChart: (text) => (
    <LineChart
      title={text}
      messages={messages}
      points={[1, 2].map((value) => ({ label: text, value, text }))}
    />
  ),
  DataTable: (text) => (
    <DataTable
      caption={text}
      columns={[{ id: "name", label: text, sort: "name", cell: (row: string) => row }]}
      rows={[text]}
      url={url}
      messages={messages}
      empty={null}
    />
  ),
  Form: (text) => (
    <Form form={wrong(text)} messages={messages}>
      <TextField name="field" label={text} hint={text} placeholder={text} form={wrong(text)} />
      <TextArea name="field" label={text} form={wrong(text)} />
      <Checkbox name="field" label={text} form={wrong(text)} />
      {[SelectField, RadioField].map((Field) => (
        <Field
          name="field"
          label={text}
          form={wrong(text)}
          options={[{ value: text, label: text, hint: text }]}
        />
      ))}
      <CheckboxField
        name="many"
        label={text}
        allLabel={text}
        form={wrong(text)}
        options={[{ value: text, label: text, hint: text }]}
      />
    </Form>
  ),
  Filters: (text) => (
    <Filters url={new URL(`?sort=${encodeURIComponent(text)}`, url)} messages={messages} />
  ),
  GuildLayout: (text) => (
    <GuildLayout
      view={aView({ guildName: text, callerName: text })}
      title={text}
      section="home"
      banner={text}
    >
      {text}
    </GuildLayout>
  ),
};

describe("text that a user wrote stays text", () => {
  for (const [name, place] of Object.entries(PLACES)) {
    test(`S50 in ${name}, whatever it is`, async () => {
      const plain = withoutText(await html(place("x")), "x");
      for (const text of HOSTILE) {
        expect(withoutText(await html(place(text)), text)).toBe(plain);
      }
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          expect(withoutText(await html(place(text)), text)).toBe(plain);
        }),
        { numRuns: 60 },
      );
    });
  }
});

/**
 * The page without the marks that belong to the page itself. If the text could make a
 * tag or an attribute, two pages that differ in their text only would differ in their tags.
 */
function withoutText(page: string, text: string): string {
  const tags = page.match(/<\/?[a-z!][^\s>]*(?:\s+[^\s=>"]+(?:="[^"]*")?)*\s*\/?>/gi) ?? [];
  const names = tags.map((tag) => tag.replace(/="[^"]*"/g, ""));
  // Outside of tags and quoted values no angle bracket may be left over.
  const rest = page.replace(/<\/?[a-z!][^\s>]*(?:\s+[^\s=>"]+(?:="[^"]*")?)*\s*\/?>/gi, "");
  expect([text, /[<>]/.exec(rest)?.[0]]).toEqual([text, undefined]);
  return names.join("");
}
