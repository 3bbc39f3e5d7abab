import * as en from "./en/index.ts";
import * as es from "./es/index.ts";

export const LOCALES = ["en", "es"] as const;
export type Locale = (typeof LOCALES)[number];

/** Each in its own words: who looks for a language reads that one. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = { en: "English", es: "Español" };

/** The same keys and parameters, any wording: what a translation must have. */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Translated<T[K]>;
};

/** Every text of the product, by section. Values are texts or functions that make one. */
export type Messages = Translated<typeof en>;

const CATALOGUES: Readonly<Record<Locale, Messages>> = { en, es };

export function translator(locale: Locale): Messages {
  return CATALOGUES[locale];
}

/** An error's sentence in the reader's language; without one, the error's own. */
export function sentenceOf(messages: Messages, code: string, otherwise: string): string {
  return sentenceIn(sentencesOf(messages), code) ?? otherwise;
}

/** The sentences of codes that begin with `area/`, for scripts that get errors from the API. */
export function sentencesOfArea(
  messages: Messages,
  area: string,
): Readonly<Record<string, string>> {
  const own = sentencesOf(messages).flatMap((one) => Object.entries(one));
  return Object.fromEntries(own.filter(([code]) => code.startsWith(`${area}/`)));
}

/** The name of a plan. One that an operator added has only its id. */
export function planName(messages: Messages, id: string): string {
  const named: Readonly<Record<string, { readonly title: string }>> = messages.landing.named;
  return Object.hasOwn(named, id) ? named[id]!.title : id;
}

/**
 * A class with its specialisation, in the order of the language: "Fury Warrior", "Guerrero Furia".
 * Either may be empty. `classId` is ours, such as `demon-hunter`; `spec` is the game's English name.
 */
export function classWithSpec(messages: Messages, classId: string, spec: string | null): string {
  const t = messages.dkp;
  const className = nameIn(t.classes, classId);
  const specName = nameIn(t.specs, spec ?? "");
  return className && specName ? t.classWithSpec(className, specName) : className || specName;
}

function nameIn(names: Sentences, id: string): string {
  return Object.hasOwn(names, id) ? names[id]! : id;
}

/** What a code means in general, for a page that explains it and has no error at hand. */
export function meaningOf(messages: Messages, code: string): string {
  return sentenceIn([...sentencesOf(messages), messages.problems.meanings], code) ?? code;
}

type Sentences = Readonly<Record<string, string>>;

/** The first one that has a code's sentence counts. Merging them would cost a page of codes its square. */
function sentencesOf({ problems, guilds, auth }: Messages): readonly Sentences[] {
  return [problems.sentences, guilds.errors, auth.errors];
}

function sentenceIn(all: readonly Sentences[], code: string): string | undefined {
  return all.find((sentences) => Object.hasOwn(sentences, code))?.[code];
}

export function isLocale(value: string | undefined): value is Locale {
  return LOCALES.includes(value as Locale);
}

/** A stored choice wins, then the first language of the browser that we speak, then English. */
export function chooseLocale(
  stored: string | undefined,
  acceptLanguage: string | undefined,
): Locale {
  if (isLocale(stored)) return stored;
  for (const part of (acceptLanguage ?? "").split(",")) {
    const language = part.trim().slice(0, 2).toLowerCase();
    if (isLocale(language)) return language;
  }
  return "en";
}
