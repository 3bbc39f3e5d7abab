import { all, data, jsonData, locale, one } from "./dom.ts";
import type { LiveFightMessage, ReportMessage } from "./messages.ts";

const MB = 1_048_576;
const FINAL_STATES = ["ready", "failed", "duplicate", "canceled"];

declare global {
  interface Window {
    htmx?: { ajax(method: string, url: string, options: object): void };
  }
}

/** Follows a report until it is ready: `<div data-watch="events-url">`. */
export function startReports() {
  for (const box of all("[data-watch]")) watchReport(box);
  for (const box of all("[data-live]")) watchFight(box);
}

function watchReport(box: HTMLElement) {
  const states = jsonData<Record<string, string>>(box, "states");
  const bar = one<HTMLProgressElement>("progress", box);
  const status = one("[data-status]", box);
  const source = new EventSource(data(box, "watch"));
  let encounters = 0;
  source.addEventListener("report", (event: MessageEvent<string>) => {
    const report = JSON.parse(event.data) as ReportMessage;
    const isParsed = report.state === "parsing";
    bar.max = report.sizeBytes;
    if (isParsed) bar.removeAttribute("value");
    else bar.value = report.receivedBytes;
    const parsed = isParsed ? `: ${Math.round(report.parsedBytes / MB)} MB` : "";
    status.textContent = `${states[report.state]}${parsed}`;
    if (FINAL_STATES.includes(report.state)) {
      source.close();
      location.reload();
    } else if (report.encounters > encounters && document.getElementById("fights")) {
      encounters = report.encounters;
      const part = { target: "#fights", select: "#fights", swap: "outerHTML" };
      window.htmx?.ajax("GET", location.href, part);
    }
  });
}

/** Shows the current fight of a live log: `<div data-live="events-url">`. */
function watchFight(box: HTMLElement) {
  const status = one("[data-connection]", box);
  const body = one("tbody", box);
  const name = one("[data-fight]", box);
  const texts = jsonData<{ live: string; reconnecting: string; quiet: string }>(box, "words");
  const source = new EventSource(data(box, "live"));
  const show = (look: "good" | "bad", text: string) => {
    status.className = `badge ${look}`;
    status.textContent = text;
  };
  source.onopen = () => show("good", texts.live);
  source.onerror = () => show("bad", texts.reconnecting);
  source.addEventListener("ended", () => {
    source.close();
    location.reload();
  });
  source.addEventListener("fight", (event: MessageEvent<string>) => {
    show("good", texts.live);
    const fight = JSON.parse(event.data) as LiveFightMessage;
    name.textContent = fight ? fight.name : texts.quiet;
    body.replaceChildren(...(fight ? rowsOf(fight) : []));
  });
}

function rowsOf(fight: NonNullable<LiveFightMessage>): HTMLElement[] {
  const number = new Intl.NumberFormat(locale());
  const seconds = Math.max(1, fight.durationMs / 1000);
  return fight.players.map((player) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.textContent = player.name;
    const figures = [player.damage, player.damage / seconds, player.healing].map((value) => {
      const cell = document.createElement("td");
      cell.className = "num";
      cell.textContent = number.format(Math.round(value));
      return cell;
    });
    row.append(head, ...figures);
    return row;
  });
}
