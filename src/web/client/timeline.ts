import UPlot from "uplot";
import { all, jsonData, locale } from "./dom.ts";
import type { Timeline } from "./messages.ts";

/** Two deaths whose marks are closer than this, in CSS pixels, share one label. */
const LABEL_GAP = 60;

const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Draws each death as a line with a name. */
function drawDeaths(plot: UPlot, deaths: Timeline["deaths"]) {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  ctx.save();
  ctx.strokeStyle = token("bad");
  ctx.fillStyle = token("bad");
  ctx.lineWidth = devicePixelRatio;
  ctx.font = `${11 * devicePixelRatio}px system-ui`;
  let labelledX = Number.NEGATIVE_INFINITY;
  for (const { at, name } of deaths) {
    const x = plot.valToPos(at, "x", true);
    if (x < left || x > left + width) continue;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    if (x - labelledX < LABEL_GAP * devicePixelRatio) continue;
    labelledX = x;
    ctx.fillText(`✝ ${name}`, x + 3 * devicePixelRatio, top + 10 * devicePixelRatio);
  }
  ctx.restore();
}

/**
 * A link to the page of the visible part of a fight. The address of this page follows it, so that a copied
 * address shows the same part.
 */
function linkToPart({ from, values, link }: Timeline) {
  const anchor = document.createElement("a");
  anchor.className = "button secondary";
  anchor.textContent = link;
  anchor.hidden = true;
  const whole = new URL(location.href);
  const follow = ({ min, max }: UPlot.Scale) => {
    if (min === undefined || max === undefined || min === null || max === null) return;
    const isWhole = min <= from && max >= from + values.length - 1;
    const address = new URL(whole);
    if (!isWhole) {
      address.searchParams.set("from", String(Math.max(0, Math.floor(min))));
      address.searchParams.set("to", String(Math.ceil(max)));
    }
    anchor.hidden = isWhole;
    anchor.href = address.href;
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  };
  return { anchor, follow };
}

function plotOptions(
  timeline: Timeline,
  size: { width: number; height: number },
  follow: (scale: UPlot.Scale) => void,
): UPlot.Options {
  const short = new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 });
  const line = { stroke: token("line"), width: 1 };
  const axis = { stroke: token("muted"), grid: line, ticks: line };
  return {
    ...size,
    scales: {
      x: { time: false },
      y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.05)] },
    },
    axes: [
      { ...axis, values: (_plot, marks) => marks.map(clock) },
      { ...axis, size: 56, values: (_plot, marks) => marks.map((mark) => short.format(mark)) },
    ],
    series: [
      { label: timeline.unit.time, value: (_plot, at) => (at == null ? "–" : clock(at)) },
      {
        label: timeline.unit.value,
        stroke: token("accent"),
        fill: `${token("accent")}22`,
        width: 2,
        value: (_plot, value) => (value == null ? "–" : short.format(value)),
      },
    ],
    hooks: {
      draw: [(plot) => drawDeaths(plot, timeline.deaths)],
      setScale: [(plot, key) => key === "x" && follow(plot.scales["x"]!)],
    },
  };
}

// Replaces the server's chart of a fight by a zoomable one.
for (const figure of all("[data-timeline]")) {
  const timeline = jsonData<Timeline>(figure, "timeline");
  const chart = figure.querySelector(".chart");
  if (!chart || timeline.values.length < 2) continue;
  const box = document.createElement("div");
  box.className = "timeline";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", chart.querySelector("svg")?.getAttribute("aria-label") ?? "");
  chart.replaceWith(box);
  const size = () => ({ width: box.clientWidth, height: box.clientWidth < 500 ? 200 : 240 });
  const columns: UPlot.AlignedData = [
    timeline.values.map((_, i) => timeline.from + i),
    [...timeline.values],
  ];
  const { anchor, follow } = linkToPart(timeline);
  const plot = new UPlot(plotOptions(timeline, size(), follow), columns, box);
  const hint = document.createElement("p");
  hint.className = "muted";
  hint.textContent = timeline.hint;
  // Behind the picture: what is inside of an image cannot be reached.
  box.after(hint, anchor);
  new ResizeObserver(() => plot.setSize(size())).observe(box);
}
