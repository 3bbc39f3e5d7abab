import { all, data } from "./dom.ts";
import type { ReadyMessage, StepMessage } from "./messages.ts";

/** Follows the steps of a founding: `<ol data-progress="events-url">`. */
export function startProgress() {
  for (const list of all("[data-progress]")) {
    const source = new EventSource(data(list, "progress"));
    source.addEventListener("step", (event: MessageEvent<string>) => {
      const { step, state, label } = JSON.parse(event.data) as StepMessage;
      const item = list.querySelector<HTMLElement>(`[data-step="${step}"]`);
      const shown = item?.querySelector(".state");
      if (!item || !shown) return;
      item.dataset["state"] = state;
      shown.textContent = label;
    });
    source.addEventListener("ready", (event: MessageEvent<string>) => {
      source.close();
      location.assign((JSON.parse(event.data) as ReadyMessage).location);
    });
    source.addEventListener("failed", () => {
      source.close();
      location.reload();
    });
  }
}
