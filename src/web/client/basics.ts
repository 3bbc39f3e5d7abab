import { all, closest, data, one } from "./dom.ts";

/** How long the message of the last action stays on the page. */
const TOAST_MS = 8000;

/** Copies a field's text: `<button data-copy="field-id" data-copied="Copied">`. */
function copyOnClick() {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-copy]");
    const input = button && document.getElementById(data(button, "copy"));
    if (!button || !(input instanceof HTMLInputElement)) return;
    navigator.clipboard.writeText(input.value).then(
      () => {
        button.textContent = data(button, "copied");
      },
      () => input.select(),
    );
  });
}

/** Closes menus on a click outside and on Escape. */
function closeMenus() {
  const openMenus = () => all<HTMLDetailsElement>("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      one("summary", menu).focus();
    }
  });
}

/** One checkbox that ticks all checkboxes of a name: `<input type="checkbox" data-check-all="name">`. */
function checkAll() {
  document.addEventListener("change", (event) => {
    const box = closest<HTMLInputElement>(event, "[data-check-all]");
    if (!box) return;
    for (const other of document.getElementsByName(data(box, "checkAll"))) {
      if (other instanceof HTMLInputElement) other.checked = box.checked;
    }
  });
}

/** Submits a form only once, however often its button is pressed. */
function submitOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset["sent"]) {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // The back button restores a page as it was left. Its forms may be sent again.
  addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) delete form.dataset["sent"];
    for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
  });
}

/** Loads the whole page if a part cannot be fetched. The full page shows the problem. */
function loadFailedParts() {
  document.addEventListener("htmx:error", (event) => {
    const { detail } = event as CustomEvent<{ ctx?: { request: { action?: string } } }>;
    const address = detail.ctx?.request.action;
    if (address) location.assign(address);
  });
}

/** Hides the last action's message after a while and removes it from the address, which people share. */
function dropToast() {
  const here = new URL(location.href);
  if (!here.searchParams.has("done")) return;
  here.searchParams.delete("done");
  history.replaceState(history.state, "", here);
  setTimeout(() => document.querySelector("[data-toast]")?.remove(), TOAST_MS);
}

export function startBasics() {
  copyOnClick();
  closeMenus();
  checkAll();
  submitOnce();
  loadFailedParts();
  dropToast();
}
