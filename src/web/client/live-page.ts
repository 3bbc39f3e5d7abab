import { startBidForms } from "./bid-form.ts";
import { all, closest, data, jsonData, locale, one, pause } from "./dom.ts";
import { keepInput } from "./keep-input.ts";
import type { AuctionMessage, ClockMessage, LiveTexts } from "./messages.ts";

const TICK_MS = 200;
/** The server sends its time every few seconds. After this long without it, the page is out of date. */
const STALE_MS = 12_000;
const REFRESH_PAUSE_MS = 1000;
const LAST_SECONDS_MS = 10_000;
const SOON_MS = 30_000;
const RESULT_MS = 6000;

type ConnectionState = "live" | "stale" | "reconnecting";

const fill = (text: string, ...values: readonly string[]): string =>
  values.reduce((filled, value, index) => filled.replace(`%${index + 1}`, value), text);

function countdown(ms: number): string {
  const total = Math.ceil(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const [days, hours] = [Math.floor(total / 86_400), Math.floor(total / 3600) % 24];
  const [minutes, seconds] = [Math.floor(total / 60) % 60, total % 60];
  if (days > 0) return `${days} d ${two(hours)}:${two(minutes)}`;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds)}`;
}

/** Starts every part of the page that follows the guild's events: `<div data-follow="events-url">`. */
export function startLivePages() {
  for (const page of all("[data-follow]")) new LivePage(page);
}

/**
 * A page that follows the guild's events. Countdowns use the server's clock, and prices change with
 * each bid. Other parts (`data-part`) are fetched again, at most once a second.
 */
class LivePage {
  readonly #page: HTMLElement;
  readonly #texts: LiveTexts;
  readonly #status: HTMLElement | null;
  /** The server's clock minus this device's. The server decides when an auction ends. */
  #offsetMs: number;
  #heardAt = performance.now();
  #isConnected = false;
  #isRefreshing = false;
  #refreshedAt = 0;

  constructor(page: HTMLElement) {
    this.#page = page;
    this.#texts = jsonData(page, "words");
    this.#status = page.querySelector("[data-connection]");
    this.#offsetMs = Number(data(page, "now")) - Date.now();
    setInterval(() => this.#tick(), TICK_MS);
    this.#listen();
    addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.#refresh();
    });
    page.addEventListener("input", (event) => {
      if (event.target instanceof HTMLElement) event.target.dataset["touched"] = "yes";
    });
    page.addEventListener("click", (event) => setPoints(event));
    startBidForms(page, {
      reconnecting: this.#texts.reconnecting,
      isConnected: () => this.#isConnected,
      refresh: () => void this.#refresh(0),
      showResult,
    });
    this.#arrange();
  }

  #listen() {
    const source = new EventSource(data(this.#page, "follow"));
    source.addEventListener("open", () => this.#heard());
    source.addEventListener("error", () => this.#show("reconnecting"));
    source.addEventListener("clock", (event: MessageEvent<string>) => {
      this.#offsetMs = (JSON.parse(event.data) as ClockMessage).now - Date.now();
      this.#heard();
    });
    source.addEventListener("auction", (event: MessageEvent<string>) => {
      this.#heard();
      this.#showAuction(JSON.parse(event.data) as AuctionMessage);
    });
    for (const topic of ["raid", "council"]) {
      source.addEventListener(topic, () => {
        this.#heard();
        if (data(this.#page, "topics").includes(topic)) void this.#refresh();
      });
    }
  }

  #now(): number {
    return Date.now() + this.#offsetMs;
  }

  #heard() {
    this.#heardAt = performance.now();
    if (!this.#isConnected) this.#show("live");
  }

  #show(state: ConnectionState) {
    this.#isConnected = state === "live";
    const buttons = all<HTMLButtonElement>("form[data-bid] button[type=submit]", this.#page);
    for (const button of buttons) button.disabled = !this.#isConnected;
    if (!this.#status) return;
    this.#status.hidden = false;
    this.#status.dataset["connection"] = state;
    this.#status.textContent = this.#texts[state];
  }

  /** Announces text to screen readers. "assertive" interrupts the current output. */
  #announce(text: string, how: "polite" | "assertive" = "polite") {
    one(`[data-say="${how}"]`, this.#page).textContent = text;
  }

  #tick() {
    if (performance.now() - this.#heardAt > STALE_MS) this.#show("stale");
    for (const time of all("[data-closes]", this.#page)) {
      const card = time.closest<HTMLElement>("[data-auction]");
      if (card && data(card, "status") !== "open") continue;
      const left = Number(data(time, "closes")) - this.#now();
      time.textContent = left > 0 ? countdown(left) : this.#texts.closing;
      time.classList.toggle("soon", left < SOON_MS);
      time.classList.toggle("last", left < LAST_SECONDS_MS);
    }
  }

  /** Fetches the page again and replaces its parts. Calls during a wait share one fetch. */
  async #refresh(waitMs = 150) {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const since = performance.now() - this.#refreshedAt;
    await pause(Math.max(waitMs, REFRESH_PAUSE_MS - since));
    this.#isRefreshing = false;
    this.#refreshedAt = performance.now();
    const headers = { Accept: "text/html" };
    const answer = await fetch(location.href, { headers }).catch(() => undefined);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of all("[data-part]", this.#page)) {
      const next = fresh.getElementById(part.id);
      if (!next || part.parentElement?.closest("[data-part]")) continue;
      keepInput(part, next);
      part.replaceWith(next);
    }
    this.#arrange();
  }

  #arrange() {
    for (const button of all("[data-set]", this.#page)) button.hidden = false;
    const isStale = this.#status !== null && data(this.#status, "connection") === "stale";
    this.#show(this.#isConnected ? "live" : isStale ? "stale" : "reconnecting");
    this.#tick();
  }

  #showAuction(auction: AuctionMessage) {
    const card = this.#page.querySelector<HTMLElement>(`[data-auction="${auction.id}"]`);
    if (!card) {
      if (this.#page.querySelector("[data-list]")) void this.#refresh();
      return;
    }
    const time = card.querySelector<HTMLElement>("[data-closes]");
    if (time) time.dataset["closes"] = String(auction.closesAt);
    const isOwn = auction.leaders.some((leader) => leader.isOwn);
    if (auction.status === "open") this.#showLeader(card, auction, isOwn);
    card.dataset["leading"] = isOwn ? "yes" : "no";
    const { bids, extended, over } = this.#texts;
    const count = card.querySelector("[data-count]");
    if (count && auction.bids > 0) {
      count.textContent = auction.bids === 1 ? bids[0] : fill(bids[1], String(auction.bids));
    }
    const extension = card.querySelector("[data-extended]");
    if (extension && auction.extensions > 0) {
      extension.textContent = fill(extended, String(auction.extensions));
    }
    if (auction.status !== "open" && data(card, "status") === "open") {
      this.#announce(fill(over, data(card, "item")));
    }
    card.dataset["status"] = auction.status;
    this.#tick();
    void this.#refresh();
  }

  #showLeader(card: HTMLElement, auction: AuctionMessage, isOwn: boolean) {
    const [top] = auction.leaders;
    if (!top) return;
    const texts = this.#texts;
    const points = pointsText(top.value, auction.decimals);
    const price = card.querySelector("[data-price]");
    const leader = card.querySelector("[data-leader]");
    if (price) price.textContent = points;
    if (leader) {
      leader.textContent = top.isOwn
        ? texts.youLead
        : `${top.name ?? texts.nameless} ${texts.leads}`;
    }
    const wasOwn = data(card, "leading") === "yes";
    if (wasOwn && !isOwn) {
      const isLate = auction.closesAt - this.#now() < LAST_SECONDS_MS;
      const text = fill(texts.outbid, data(card, "item"), points);
      this.#announce(text, isLate ? "assertive" : "polite");
      card.classList.add("outbid");
      const result = card.querySelector<HTMLElement>("[data-result]");
      if (result) showResult(result, false, texts.beaten);
      navigator.vibrate?.(200);
    }
    if (!wasOwn && isOwn) {
      this.#announce(fill(texts.lead, data(card, "item")));
      card.classList.remove("outbid");
    }
  }
}

/** Shows the result of a bid. It stays for some seconds, even if its card is fetched again. */
function showResult(result: HTMLElement, isGood: boolean, text: string) {
  result.textContent = text;
  result.className = `bid-result ${isGood ? "good" : "bad"}`;
  result.dataset["kept"] = "yes";
  setTimeout(() => delete result.dataset["kept"], RESULT_MS);
}

/** A button that fills in an amount: `<button data-set="35">`. */
function setPoints(event: Event) {
  const button = closest(event, "[data-set]");
  const input = button?.closest("form")?.elements.namedItem("points");
  if (!button || !(input instanceof HTMLInputElement)) return;
  input.value = data(button, "set");
  input.dataset["touched"] = "yes";
}

function pointsText(value: number, decimals: number): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return (value / 10 ** decimals).toLocaleString(locale(), digits);
}
