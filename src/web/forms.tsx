import { z } from "@hono/zod-openapi";
import type { Child } from "hono/jsx";
import { AppError } from "../kernel/errors.ts";
import { fieldSentence } from "./i18n/field-sentences.ts";
import { type Messages, sentenceOf } from "./i18n/index.ts";

/** The sent values and their errors, so that a form is shown again as it was sent. */
export interface FormState {
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  /** Errors by field name. */
  readonly errors: Readonly<Record<string, string>>;
  /** The sentence of the problem as a whole. */
  readonly detail?: string;
}

export const emptyForm: FormState = { values: {}, errors: {} };

/**
 * A form as it was sent, with the error's messages at its fields, in the language of `messages`.
 * Rethrows errors that are not an AppError.
 */
export function failedForm(
  error: unknown,
  values: FormState["values"],
  messages: Messages,
): FormState {
  if (!(error instanceof AppError)) throw error;
  const errors: Record<string, string> = {};
  const found = error.details["errors"];
  if (Array.isArray(found)) {
    const issues = error.cause instanceof z.core.$ZodError ? error.cause.issues : [];
    const entries = (found as { pointer: string; detail: string }[]).entries();
    for (const [index, { pointer, detail }] of entries) {
      const field = pointer.split("/")[1] ?? "";
      const finding = { field, detail, issue: issues[index] };
      errors[field] ??= fieldSentence(messages, error.code, finding);
    }
  }
  const detail = sentenceOf(messages, error.code, error.message);
  return { values, errors, detail };
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly form: FormState;
  readonly hint?: string;
  readonly required?: boolean;
}

export function Form(props: {
  action?: string;
  form: FormState;
  messages: Messages;
  children?: Child;
}) {
  const { action, form, messages, children } = props;
  return (
    <form class="stack" method="post" action={action} novalidate>
      <ErrorSummary form={form} messages={messages} />
      {children}
    </form>
  );
}

export function ErrorSummary({ form, messages }: { form: FormState; messages: Messages }) {
  if (form.detail === undefined) return null;
  return (
    <div class="error-summary" role="alert" tabindex={-1} autofocus>
      <strong>{messages.common.errorSummary}</strong>
      <p>{form.detail}</p>
      {Object.entries(form.errors).map(([name, text]) => (
        <a href={`#${name}`}>{text}</a>
      ))}
    </div>
  );
}

export function TextField(
  props: FieldProps & {
    type?: "text" | "email" | "password" | "number" | "search" | "time" | "date";
    value?: string;
    autocomplete?: string;
    inputmode?: "text" | "decimal" | "numeric" | "email";
    maxlength?: number;
    placeholder?: string;
    /** The field that this slug is derived from, until the person types a slug. */
    addressOf?: string;
  },
) {
  const { name, form, type = "text", required, hint, label: _, value, form: __, ...more } = props;
  const { addressOf, ...rest } = more;
  return (
    <Field {...props}>
      <input
        {...rest}
        id={name}
        name={name}
        type={type}
        required={required}
        data-address-of={addressOf}
        value={type === "password" ? undefined : sentOr(form, name, value)}
        {...described(name, form, hint)}
      />
    </Field>
  );
}

export function TextArea(
  props: FieldProps & { value?: string; rows?: number; maxlength?: number },
) {
  const { name, form, required, hint, rows, maxlength, value } = props;
  return (
    <Field {...props}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        maxlength={maxlength}
        required={required}
        {...described(name, form, hint)}
      >
        {sentOr(form, name, value)}
      </textarea>
    </Field>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

export function SelectField(props: FieldProps & { options: readonly Option[]; value?: string }) {
  const { name, form, options, required, hint, value } = props;
  const chosen = sentOr(form, name, value);
  return (
    <Field {...props}>
      <select id={name} name={name} required={required} {...described(name, form, hint)}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function RadioField(props: FieldProps & { options: readonly Option[]; value?: string }) {
  const { name, form, options, value } = props;
  const chosen = sentOr(form, name, value);
  return (
    <Group {...props}>
      {options.map((option) => (
        <label class="choice">
          <input type="radio" name={name} value={option.value} checked={option.value === chosen} />
          <span>
            {option.label}
            {option.hint && <small>{option.hint}</small>}
          </span>
        </label>
      ))}
    </Group>
  );
}

/** Several choices of many, such as the persons of an award. */
export function CheckboxField(
  props: FieldProps & { options: readonly Option[]; values?: readonly string[]; allLabel?: string },
) {
  const { name, form, options, allLabel } = props;
  const sent = form.values[name];
  const chosen = new Set(sent === undefined ? props.values : [sent].flat());
  return (
    <Group {...props}>
      {allLabel && (
        <label class="choice">
          <input type="checkbox" data-check-all={name} /> <span>{allLabel}</span>
        </label>
      )}
      <div class="choices">
        {options.map((option) => (
          <label class="choice">
            <input
              type="checkbox"
              name={name}
              value={option.value}
              checked={chosen.has(option.value)}
            />
            <span>
              {option.label}
              {option.hint && <small>{option.hint}</small>}
            </span>
          </label>
        ))}
      </div>
    </Group>
  );
}

/** A yes-or-no checkbox. Sends `on`, or nothing. */
export function Checkbox(props: FieldProps & { checked?: boolean }) {
  const { name, label, form, hint, checked = false } = props;
  const wasSent = Object.keys(form.values).length > 0;
  return (
    <div class="field">
      <label class="choice">
        <input
          id={name}
          type="checkbox"
          name={name}
          checked={wasSent ? form.values[name] === "on" : checked}
          {...described(name, form, hint)}
        />
        <span>{label}</span>
      </label>
      <Notes name={name} form={form} hint={hint} />
    </div>
  );
}

function Field(props: FieldProps & { children?: Child }) {
  const { name, label, form, hint, children } = props;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      <Notes name={name} form={form} hint={hint} />
    </div>
  );
}

function Group(props: FieldProps & { children?: Child }) {
  const { name, label, form, hint, children } = props;
  return (
    <fieldset id={name} {...described(name, form, hint)}>
      <legend>{label}</legend>
      {children}
      <Notes name={name} form={form} hint={hint} />
    </fieldset>
  );
}

function Notes({ name, form, hint }: { name: string; form: FormState; hint: string | undefined }) {
  const error = form.errors[name];
  return (
    <>
      {hint && (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span class="error" id={`${name}-error`}>
          {error}
        </span>
      )}
    </>
  );
}

function described(name: string, form: FormState, hint: string | undefined) {
  const error = form.errors[name];
  const ids = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return {
    "aria-describedby": ids === "" ? undefined : ids,
    "aria-invalid": error === undefined ? undefined : ("true" as const),
  };
}

function sentOr(form: FormState, name: string, otherwise: string | undefined): string {
  const sent = form.values[name];
  return typeof sent === "string" ? sent : (otherwise ?? "");
}
