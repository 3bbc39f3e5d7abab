import { closest, one } from "./dom.ts";
import type { BidAnswer } from "./messages.ts";

/** What a bid form needs from its page. */
export interface BidPage {
  readonly reconnecting: string;
  isConnected(): boolean;
  refresh(): void;
  showResult(result: HTMLElement, isGood: boolean, text: string): void;
}

/** Sends bids without reloading the page: `<form data-bid>`. */
export function startBidForms(root: HTMLElement, page: BidPage) {
  const onSubmit = (event: Event) => {
    const form = closest<HTMLFormElement>(event, "form[data-bid]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    void sendBid(form, page);
  };
  // Runs before the document's listeners, which would let each form be sent only once.
  root.addEventListener("submit", onSubmit, true);
}

async function sendBid(form: HTMLFormElement, page: BidPage) {
  const button = one<HTMLButtonElement>("button[type=submit]", form);
  if (button.disabled) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const show = (isGood: boolean, text: string) => {
    // A refresh may have replaced the card while the bid was being sent.
    const card = document.getElementById(form.closest("[data-auction]")?.id ?? "");
    page.showResult(one("[data-result]", card ?? form), isGood, text);
  };
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, `${value}`])),
    });
    const { isPlaced = false, text, detail } = (await answer.json()) as BidAnswer;
    show(isPlaced, text ?? detail ?? "");
    // A new key makes the next press of the button a new bid.
    const key = form.elements.namedItem("key");
    if (key instanceof HTMLInputElement) key.value = crypto.randomUUID();
    const points = form.elements.namedItem("points");
    if (isPlaced && points instanceof HTMLInputElement) delete points.dataset["touched"];
  } catch {
    // The next try sends the same key, so it has no effect if this bid arrived.
    show(false, page.reconnecting);
  } finally {
    button.disabled = !page.isConnected();
    button.removeAttribute("aria-busy");
    page.refresh();
  }
}
