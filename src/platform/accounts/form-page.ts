import type { Context } from "hono";
import type { z } from "zod";
import type { AppEnv } from "../../http/env.ts";
import { sentForm } from "../../http/forms.ts";
import { statusOf } from "../../http/problem.ts";
import { invalidFrom } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { type FormState, failedForm } from "../../web/forms.tsx";
import type { Messages } from "../../web/i18n/index.ts";

type Html = Parameters<Context<AppEnv>["html"]>[0] | Promise<string>;

/** A page about one person. Caches must not store it. */
export async function ownPage<E extends AppEnv>(c: Context<E>, page: Html): Promise<Response> {
  c.header("Cache-Control", "no-store");
  // A page's navigation is asynchronous. hono renders that in an element, not in a promise of one.
  return c.html((await page) as string);
}

/**
 * Parses a form by `schema` and passes it to `act`. On an error, shows the form as it was sent, in the
 * reader's language and with the right status. If the person was signed out, shows the problem page
 * instead of the form.
 */
export async function onForm<E extends AppEnv, T extends z.ZodType>(
  c: Context<E>,
  schema: T,
  show: (form: FormState) => Html,
  act: (input: z.output<T>) => Promise<Response>,
  section: "auth" | "guilds" = "auth",
): Promise<Response> {
  const values = await sentForm(c);
  try {
    const parsed = schema.safeParse(values);
    if (!parsed.success) throw invalidFrom(parsed.error, "form");
    return await act(parsed.data);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "auth/required") throw error;
    if (error.code === "auth/proof-required") return redirectToProof(c, "/account");
    c.status(statusOf(error) as 422);
    const retryAfterMs = error.details["retryAfterMs"];
    if (typeof retryAfterMs === "number") {
      c.header("Retry-After", String(Math.ceil(retryAfterMs / 1_000)));
    }
    const { messages } = viewOf(c);
    const form = translated(failedForm(error, values, messages), error, messages[section]);
    return await ownPage(c, show(form));
  }
}

/**
 * Redirects to the page that asks for a sign-in. `next` is the page after it. The form has to be sent
 * again.
 */
export function redirectToProof<E extends AppEnv>(c: Context<E>, next: string): Response {
  return c.redirect(`/account/proof?next=${encodeURIComponent(next)}`, 303);
}

function translated(
  form: FormState,
  error: AppError,
  t: Pick<Messages["auth" | "guilds"], "errors" | "faults">,
): FormState {
  const sentences: Readonly<Record<string, string>> = t.errors;
  const faults: Readonly<Record<string, string>> = t.faults;
  const reason = error.details["reason"];
  const isOnlyCode = error.kind === "conflict" || error.kind === "forbidden";
  const errors = Object.entries(form.errors).map(([field, detail]) => {
    const known = isOnlyCode
      ? sentences[error.code]
      : faults[typeof reason === "string" ? reason : field];
    return [field, known ?? detail];
  });
  return {
    ...form,
    errors: Object.fromEntries(errors),
    detail: sentences[error.code] ?? form.detail ?? error.message,
  };
}
