import type { Page } from "playwright-core";
import { type Locale, translator } from "../../src/web/i18n/index.ts";

type Text = string | ((...gaps: never[]) => string);

/** Texts of one catalogue that differ from the other's, with gaps as patterns. */
const ENGLISH = onlyIn("en", "es");

/**
 * The texts of a page that are not in its language, or that are no text for people. The catalogues find
 * English on a Spanish page. A key or a raw value is found on any page.
 */
export async function untranslated(page: Page, locale: Locale): Promise<readonly string[]> {
  const texts = await page.evaluate(() => {
    const found = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const within = node.parentElement!;
      if (within.closest("script, style, code, pre, del, ins")) continue;
      found.add((node.textContent ?? "").replace(/\s+/g, " ").trim());
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
      for (const name of ["aria-label", "title", "placeholder"]) {
        found.add(element.getAttribute(name)?.trim() ?? "");
      }
    }
    found.delete("");
    return [...found];
  });
  const raw = texts.filter((text) => /\b(undefined|NaN|null)\b|\[object |=>/.test(text));
  if (locale === "en") return raw;
  const english = texts.filter(
    (text) => ENGLISH.texts.has(text) || ENGLISH.patterns.some((pattern) => pattern.test(text)),
  );
  return [...raw, ...english];
}

function onlyIn(locale: Locale, other: Locale) {
  const own = leaves(translator(locale));
  const others = leaves(translator(other));
  const known = new Set([...others.values()].filter((text) => typeof text === "string"));
  const texts = new Set<string>();
  const patterns: RegExp[] = [];
  for (const [key, text] of own) {
    if (typeof text === "string") {
      if (!known.has(text)) texts.add(text.replace(/\s+/g, " ").trim());
      continue;
    }
    const [here, there] = [filled(text), filled(others.get(key)!)];
    // A text that consists mostly of gaps would match everything.
    if (here === there || here.replaceAll(/[^\p{L}]/gu, "").length < 6) continue;
    const escaped = here.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("⟦⟧", ".+");
    patterns.push(new RegExp(`^${escaped}$`));
  }
  return { texts, patterns };
}

/** A text with its gaps as patterns. A text that consists only of numbers matches nothing. */
function filled(text: Text): string {
  if (typeof text === "string") return text;
  try {
    return text(...(Array.from({ length: text.length }, () => "⟦⟧") as never[]));
  } catch {
    return "";
  }
}

function leaves(tree: object, path = ""): Map<string, Text> {
  const found = new Map<string, Text>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value !== "object" || value === null) found.set(`${path}${key}`, value as Text);
    else for (const [inner, text] of leaves(value, `${path}${key}.`)) found.set(inner, text);
  }
  return found;
}
