import { expect, test } from "vitest";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import {
  Checkbox,
  CheckboxField,
  emptyForm,
  Form,
  type FormState,
  failedForm,
  RadioField,
  SelectField,
  TextArea,
  TextField,
} from "../../src/web/forms.tsx";
import { translator } from "../../src/web/i18n/index.ts";
import { html, english as messages } from "./support.tsx";

const options = ["us", "eu"].map((value) => ({ value, label: value.toUpperCase() }));
const broken = new Invalid(
  "request/invalid",
  "Some fields are not valid. Fix each one listed under errors.",
  {
    errors: [
      { pointer: "/name", detail: "Enter a name." },
      { pointer: "/name", detail: "A second finding." },
      { pointer: "/days/0", detail: "No such day." },
    ],
  },
);

function guildForm(form: FormState) {
  return html(
    <Form form={form} messages={messages}>
      <TextField name="name" label="Name" hint="As in the game." form={form} value="Default" />
      <TextArea name="note" label="Note" form={form} />
      <SelectField name="region" label="Region" form={form} options={options} value="us" />
      <RadioField name="loot" label="Loot" form={form} options={options} value="us" />
      <CheckboxField name="days" label="Days" form={form} options={options} values={["us"]} />
      <Checkbox name="public" label="Public" form={form} checked />
      <TextField name="password" type="password" label="Password" form={form} />
    </Form>,
  );
}

test("a refused form comes back as it was sent", async () => {
  const page = await guildForm(
    failedForm(
      broken,
      { name: "Iron", note: "hello", region: "eu", loot: "eu", days: ["eu"] },
      messages,
    ),
  );
  expect(page).toContain('value="Iron"');
  expect(page).toContain(">hello</textarea>");
  expect(page).toMatch(/<option value="eu" selected=""/);
  expect(page).toMatch(/type="radio" name="loot" value="eu" checked=""/);
  expect(page).toMatch(/name="days" value="eu" checked=""/);
  expect(page).not.toMatch(/value="us" (checked|selected)/);
  // The box was sent unticked, so it comes back unticked although its default is ticked.
  expect(page).not.toMatch(/name="public" checked/);
});

test("a password never comes back", async () => {
  expect(
    await guildForm(failedForm(broken, { password: "hunter2 hunter2" }, messages)),
  ).not.toContain("hunter2");
});

test("every error is at its field, read out with it, and linked from the summary", async () => {
  const page = await guildForm(failedForm(broken, { name: "" }, messages));
  expect(page).toContain('aria-describedby="name-hint name-error" aria-invalid="true"');
  expect(page).toContain('<span class="error" id="name-error">Enter a name.</span>');
  expect(page).toContain('<a href="#name">Enter a name.</a>');
  expect(page).toContain('<a href="#days">No such day.</a>');
  expect(page).toMatch(/role="alert"[^>]*autofocus/);
  expect(page).not.toContain("A second finding.");
});

test("a fresh form shows no error and its defaults", async () => {
  const page = await guildForm(emptyForm);
  expect(page).not.toMatch(/aria-invalid|role="alert"/);
  expect(page).toContain('value="Default"');
  expect(page).toMatch(/name="public" checked/);
});

test("every field has its own label", async () => {
  const page = await guildForm(emptyForm);
  for (const [, id] of page.matchAll(/<(?:input|select|textarea) [^>]*?id="([^"]+)"/g)) {
    const isInside = new RegExp(`<label class="choice"><input id="${id}"`).test(page);
    expect([id, isInside || page.includes(`<label for="${id}">`)]).toEqual([id, true]);
  }
  expect(page.match(/<fieldset[^>]*><legend>/g)).toHaveLength(2);
});

test("errors are in the reader's language", () => {
  const taken = new Conflict(
    "roster/name-taken",
    "A person in this guild already has this name. Choose another one.",
  );
  expect(failedForm(taken, {}, translator("es")).detail).toBe(
    "Ya hay alguien en la hermandad con este nombre. Elige otro.",
  );
  expect(failedForm(taken, {}, messages).detail).toBe(taken.message);
});

test("an error of ours is not shown as a form's", () => {
  expect(() => failedForm(new Error("a secret"), {}, messages)).toThrow("a secret");
});
