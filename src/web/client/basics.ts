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

/** Menus close on a click beside them, and on Escape. */
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

/** One box that ticks all boxes of a name: `<input type="checkbox" data-check-all="name">`. */
function checkAll() {
  document.addEventListener("change", (event) => {
    const box = closest<HTMLInputElement>(event, "[data-check-all]");
    if (!box) return;
    for (const other of document.getElementsByName(data(box, "checkAll"))) {
      if (other instanceof HTMLInputElement) other.checked = box.checked;
    }
  });
}

/** A form is sent once, however often its button is pressed. */
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
  // The back button shows a page as it was left. Its forms may be sent again.
  addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) delete form.dataset["sent"];
    for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
  });
}

/** If a part of a page cannot be fetched, the whole page is loaded: it says what is wrong. */
function loadFailedParts() {
  document.addEventListener("htmx:error", (event) => {
    const { detail } = event as CustomEvent<{ ctx?: { request: { action?: string } } }>;
    const address = detail.ctx?.request.action;
    if (address) location.assign(address);
  });
}

/** The message of the last action goes after a while, and is not in the address that people share. */
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
