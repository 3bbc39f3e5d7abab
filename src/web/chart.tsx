import type { Messages } from "./i18n/index.ts";

export interface ChartPoint {
  readonly label: string;
  readonly value: number;
  /** The value as the table shows it. */
  readonly text: string;
}

const WIDTH = 640;
const HEIGHT = 200;

/** A line over time as SVG, with the same figures as a table below it. Needs at least two points. */
export function LineChart(props: {
  title: string;
  points: readonly ChartPoint[];
  messages: Messages;
  /** Data for a script that draws the same chart zoomable. */
  timeline?: object;
}) {
  const { title, points, messages, timeline } = props;
  if (points.length < 2) return null;
  const { line, area, end, zero, top, bottom } = pathsOf(points);
  const [first, last] = [points[0]!, points.at(-1)!];
  // The drawing stretches to any width. The labels are outside of it, so that they keep their size.
  return (
    <figure
      class="card"
      data-timeline={timeline === undefined ? undefined : JSON.stringify(timeline)}
    >
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      <div class="chart">
        <div class="scale" aria-hidden="true">
          <span>{top}</span>
          <span>{bottom}</span>
        </div>
        <svg
          class="plot"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={title}
        >
          <title>{title}</title>
          <desc>{`${first.label}: ${first.text}. ${last.label}: ${last.text}.`}</desc>
          {[0, HEIGHT / 2, HEIGHT].map((y) => (
            <path class="axis" d={`M0,${y}H${WIDTH}`} />
          ))}
          {zero !== HEIGHT && <path class="axis" d={`M0,${zero}H${WIDTH}`} />}
          <path class="area" d={area} />
          <path class="line" d={line} />
          <path class="end" d={end} />
        </svg>
        <div class="days" aria-hidden="true">
          <span>{first.label}</span>
          <span>{last.label}</span>
        </div>
      </div>
      <details>
        <summary>{messages.common.showData}</summary>
        <div class="table-wrap" tabindex={0}>
          <table>
            <caption>{title}</caption>
            <tbody>
              {points.map((point) => (
                <tr>
                  <th scope="row">{point.label}</th>
                  <td class="num">{point.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/**
 * Computes paths from the values. The scale runs from zero, or the lowest negative value, to the
 * largest.
 */
function pathsOf(points: readonly ChartPoint[]) {
  const sorted = points.toSorted((a, b) => a.value - b.value);
  const [lowest, highest] = [sorted[0]!, sorted.at(-1)!];
  const low = Math.min(0, lowest.value);
  const high = Math.max(0, highest.value, low + 1);
  const x = (index: number) => round((index * WIDTH) / (points.length - 1));
  const y = (value: number) => round(HEIGHT - ((value - low) * HEIGHT) / (high - low));
  const corners = points.map((point, index) => `${x(index)},${y(point.value)}`);
  const zero = y(0);
  return {
    line: `M${corners.join("L")}`,
    area: `M0,${zero}L${corners.join("L")}L${WIDTH},${zero}Z`,
    end: `M${corners.at(-1)}h0`,
    zero,
    top: highest.value < 0 ? "0" : highest.text,
    bottom: lowest.value < 0 ? lowest.text : "0",
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
