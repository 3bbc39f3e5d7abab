/** The only script of the product: small helpers that pages work without. */
export const islands = `
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  navigator.clipboard.writeText(input.value).then(() => {
    button.textContent = button.dataset.copied;
  }, () => input.select());
});
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  if (!all) return;
  for (const box of document.getElementsByName(all.dataset.checkAll)) box.checked = all.checked;
});
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
