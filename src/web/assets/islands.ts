/**
 * Small helpers that pages work without: copying, ticking all, menus that close, messages that
 * leave, buttons that are pressed once, lists that could not be fetched, an address that follows a
 * name, and steps that follow the server's events.
 */
export const islands = `
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    const input = document.getElementById(button.dataset.copy);
    navigator.clipboard.writeText(input.value).then(() => {
      button.textContent = button.dataset.copied;
    }, () => input.select());
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  if (!all) return;
  for (const box of document.getElementsByName(all.dataset.checkAll)) box.checked = all.checked;
});

// A second press while the first is under way would only send the same again.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) return event.preventDefault();
  event.target.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
// The back button brings a page back as it was left: its forms may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// A part of a page that could not be fetched is asked for as a whole page: then one sees why.
document.addEventListener("htmx:error", (event) => {
  const address = event.detail.ctx?.request.action;
  if (address) location.assign(address);
});

// The message belongs to the act before: a reload or a sent link must not repeat it.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  history.replaceState(history.state, "", here);
  setTimeout(() => document.querySelector("[data-toast]")?.remove(), 8000);
}

// The server makes addresses of names, and knows which are free: it is asked while one types.
for (const field of document.querySelectorAll("[data-address-of]")) {
  const name = document.getElementById(field.dataset.addressOf);
  let isOurs = field.value === "";
  let waiting;
  let shownFor = "";
  field.addEventListener("input", () => { isOurs = field.value === ""; });
  name.addEventListener("input", () => {
    clearTimeout(waiting);
    if (!isOurs) return;
    waiting = setTimeout(async () => {
      const typed = name.value.trim();
      const asked = typed && fetch("/api/guilds/slug?name=" + encodeURIComponent(typed));
      const answer = await Promise.resolve(asked).catch(() => undefined);
      const slug = answer?.ok ? (await answer.json()).slug : "";
      if (!isOurs || name.value.trim() !== typed) return;
      field.value = slug;
      shownFor = typed;
    }, 250);
  });
  // An address of half the name is none that anybody chose.
  field.form.addEventListener("submit", () => {
    if (isOurs && shownFor !== name.value.trim()) field.value = "";
  }, true);
}

for (const list of document.querySelectorAll("[data-progress]")) {
  const source = new EventSource(list.dataset.progress);
  source.addEventListener("step", (event) => {
    const { step, state, label } = JSON.parse(event.data);
    const item = list.querySelector('[data-step="' + step + '"]');
    if (!item) return;
    item.dataset.state = state;
    item.querySelector(".state").textContent = label;
  });
  source.addEventListener("ready", (event) => {
    source.close();
    location.assign(JSON.parse(event.data).location);
  });
  source.addEventListener("failed", () => {
    source.close();
    location.reload();
  });
}
`;
