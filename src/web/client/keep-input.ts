import { all } from "./dom.ts";

const twinOf = (element: Element, part: HTMLElement): HTMLElement | null =>
  element.id ? part.querySelector(`#${CSS.escape(element.id)}`) : null;

/** Copies typed input, the focus, open details and results from `old` to `next`, which replaces it. */
export function keepInput(old: HTMLElement, next: HTMLElement) {
  const fields = "input:not([type=hidden]),select";
  for (const field of all<HTMLInputElement | HTMLSelectElement>(fields, old)) {
    const twin = twinOf(field, next);
    const isField = twin instanceof HTMLInputElement || twin instanceof HTMLSelectElement;
    if (!isField || !field.dataset["touched"]) continue;
    twin.value = field.value;
    twin.dataset["touched"] = "yes";
  }
  for (const details of all("details[id][open]", old)) {
    const twin = twinOf(details, next);
    if (twin instanceof HTMLDetailsElement) twin.open = true;
  }
  const focused = document.activeElement;
  if (focused?.id && old.contains(focused)) {
    setTimeout(() => document.getElementById(focused.id)?.focus({ preventScroll: true }));
  }
  for (const result of all("[data-result][data-kept]", old)) keepResult(result, next);
}

function keepResult(result: HTMLElement, next: HTMLElement) {
  const card = result.closest("[data-auction]");
  if (!card) return;
  const parent = next.id === card.id ? next : twinOf(card, next);
  const twin = parent?.querySelector<HTMLElement>("[data-result]");
  if (!twin) return;
  twin.textContent = result.textContent;
  twin.className = result.className;
  twin.dataset["kept"] = "yes";
}
