/** All matching elements below `root`, typed by the caller's element class. */
export function all<T extends HTMLElement = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/**
 * The first matching element below `root`.
 * @throws if the page lacks it, because the markup and its script belong together.
 */
export function one<T extends HTMLElement = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`This page lacks ${selector}`);
  return found;
}

/** A `data-` attribute that the markup sets, or "" if it is missing. */
export const data = (element: HTMLElement, name: string): string => element.dataset[name] ?? "";

/** The JSON value of a `data-` attribute. The server writes it from the type that the caller names. */
export const jsonData = <T>(element: HTMLElement, name: string): T =>
  JSON.parse(data(element, name)) as T;

/** The closest matching element around an event's target, if there is one. */
export function closest<T extends HTMLElement = HTMLElement>(
  event: Event,
  selector: string,
): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** The page's language, for numbers and dates. */
export const locale = (): string => document.documentElement.lang;
