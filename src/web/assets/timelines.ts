/**
 * Exchanges the drawing of a fight for one that can be zoomed: drag over a stretch, press twice for the
 * whole. Deaths stand where they happened. The drawing and the table behind it stay without scripts.
 */
export const timelines = `
for (const figure of document.querySelectorAll("[data-timeline]")) {
  const { values, deaths, unit, hint } = JSON.parse(figure.dataset.timeline);
  const chart = figure.querySelector(".chart");
  if (!chart || values.length < 2 || typeof uPlot === "undefined") continue;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
  const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
  const box = document.createElement("div");
  box.className = "timeline";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", chart.querySelector("svg")?.getAttribute("aria-label") ?? "");
  chart.replaceWith(box);
  const markDeaths = (plot) => {
    const { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = colour("bad");
    ctx.fillStyle = colour("bad");
    ctx.lineWidth = devicePixelRatio;
    ctx.font = 11 * devicePixelRatio + "px system-ui";
    const { left, top, width, height } = plot.bbox;
    let lastX = -Infinity;
    for (const { at, name } of deaths) {
      const x = plot.valToPos(at, "x", true);
      if (x < left || x > left + width) continue;
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
      if (x - lastX < 60 * devicePixelRatio) continue;
      lastX = x;
      ctx.fillText("✝ " + name, x + 3 * devicePixelRatio, top + 10 * devicePixelRatio);
    }
    ctx.restore();
  };
  const size = () => ({ width: box.clientWidth, height: box.clientWidth < 500 ? 200 : 240 });
  const axis = { stroke: colour("muted"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 } };
  const plot = new uPlot({
    ...size(),
    scales: { x: { time: false }, y: { range: (u, low, high) => [0, Math.max(1, high * 1.05)] } },
    axes: [
      { ...axis, values: (u, marks) => marks.map(clock) },
      { ...axis, size: 56, values: (u, marks) => marks.map((v) => short.format(v)) },
    ],
    series: [
      { label: unit.time, value: (u, v) => (v == null ? "–" : clock(v)) },
      { label: unit.value, stroke: colour("accent"), fill: colour("accent") + "22", width: 2,
        value: (u, v) => (v == null ? "–" : short.format(v)) },
    ],
    hooks: { draw: [markDeaths] },
  }, [values.map((_, i) => i), values], box);
  const note = document.createElement("p");
  note.className = "muted";
  note.textContent = hint;
  box.append(note);
  new ResizeObserver(() => plot.setSize(size())).observe(box);
}
`;
