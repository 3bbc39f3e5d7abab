import { all, closest, data, jsonData, one } from "./dom.ts";

interface Found {
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly raids: readonly { readonly id: string; readonly name: string }[];
  readonly items: readonly { readonly key: string; readonly name: string }[];
}
type Words = Readonly<Record<"pages" | "people" | "raids" | "items" | "none", string>>;
interface Choice {
  readonly name: string;
  readonly href: string;
}
type Groups = readonly (readonly [title: string, choices: readonly Choice[]])[];

/** Typing faster than this sends one request. */
const TYPING_MS = 120;

/** The search of a guild as a dialog: Ctrl-K or the search button opens it, arrows and Enter choose. */
export function startPalette() {
  const dialog = document.querySelector<HTMLDialogElement>("[data-palette]");
  if (!dialog) return;
  const input = one<HTMLInputElement>("input", dialog);
  const open = () => {
    if (!dialog.open) dialog.showModal();
    input.select();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target === dialog) dialog.close();
    if (!closest(event, "[data-opens-palette]")) return;
    event.preventDefault();
    open();
  });
  searchWhileTyping(dialog, input);
  input.addEventListener("keydown", (event) => chooseByKey(event, dialog, input));
}

function searchWhileTyping(dialog: HTMLDialogElement, input: HTMLInputElement) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    running?.abort();
    timer = setTimeout(async () => {
      running = new AbortController();
      const groups = await groupsFor(dialog, input.value.trim(), running.signal).catch(() => null);
      if (groups) show(dialog, input, groups);
    }, TYPING_MS);
  });
}

async function groupsFor(dialog: HTMLElement, text: string, signal: AbortSignal): Promise<Groups> {
  const words = jsonData<Words>(dialog, "words");
  if (text === "") return [];
  const guild = data(dialog, "palette");
  const answer = await fetch(`/api${guild}/search?q=${encodeURIComponent(text)}`, { signal });
  const none: Found = { people: [], raids: [], items: [] };
  const found = answer.ok ? ((await answer.json()) as Found) : none;
  return [
    [words.pages, pagesNamed(text)],
    [words.people, found.people.map(({ id, name }) => ({ name, href: `${guild}/roster/${id}` }))],
    [words.raids, found.raids.map(({ id, name }) => ({ name, href: `${guild}/raids/${id}` }))],
    [
      words.items,
      found.items.map(({ key, name }) => ({
        name,
        href: `${guild}/loot/items/${encodeURIComponent(key)}`,
      })),
    ],
  ];
}

/** The pages that the navigation offers this reader. */
function pagesNamed(text: string): readonly Choice[] {
  return all<HTMLAnchorElement>("#places a")
    .map((link) => ({ name: one("span", link).textContent, href: link.href }))
    .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
}

function show(dialog: HTMLElement, input: HTMLInputElement, groups: Groups) {
  const filled = groups.filter(([, choices]) => choices.length > 0);
  const list = one("[role=listbox]", dialog);
  list.replaceChildren(...filled.map(([title, choices], at) => groupOf(title, choices, at)));
  const isEmpty = filled.length === 0 && input.value.trim() !== "";
  one("[role=status]", dialog).textContent = isEmpty ? jsonData<Words>(dialog, "words").none : "";
  select(input, all("[role=option]", dialog), 0);
}

function groupOf(title: string, choices: readonly Choice[], at: number): HTMLElement {
  const group = document.createElement("div");
  group.role = "group";
  group.setAttribute("aria-label", title);
  const heading = document.createElement("span");
  heading.ariaHidden = "true";
  heading.textContent = title;
  const links = choices.map(({ name, href }, place) => {
    const link = document.createElement("a");
    link.role = "option";
    link.id = `found-${at}-${place}`;
    link.tabIndex = -1;
    link.href = href;
    link.textContent = name;
    return link;
  });
  group.append(heading, ...links);
  return group;
}

function chooseByKey(event: KeyboardEvent, dialog: HTMLElement, input: HTMLInputElement) {
  const options = all<HTMLAnchorElement>("[role=option]", dialog);
  const now = options.findIndex((option) => option.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Enter") options[now]?.click();
  else if (step === undefined || options.length === 0) return;
  else select(input, options, (now + step + options.length) % options.length);
  event.preventDefault();
}

function select(input: HTMLInputElement, options: readonly HTMLElement[], at: number) {
  for (const [place, option] of options.entries()) option.ariaSelected = String(place === at);
  input.setAttribute("aria-activedescendant", options[at]?.id ?? "");
  options[at]?.scrollIntoView({ block: "nearest" });
}
