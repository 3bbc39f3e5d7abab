import type { Messages } from "./i18n/index.ts";

export interface ChartPoint {
  readonly label: string;
  readonly value: number;
  /** The value as shown in the table. */
  readonly text: string;
}

const WIDTH = 640;
const HEIGHT = 200;
const PAD = 28;

/** A line over time as SVG, with the same figures as a table behind it. */
export function LineChart(props: {
  title: string;
  points: readonly ChartPoint[];
  messages: Messages;
}) {
  const { title, points, messages } = props;
  if (points.length < 2) return null;
  const values = points.map((point) => point.value);
  const low = Math.min(0, ...values);
  const high = Math.max(...values, low + 1);
  const x = (index: number) => PAD + (index * (WIDTH - 2 * PAD)) / (points.length - 1);
  const y = (value: number) => HEIGHT - PAD - ((value - low) * (HEIGHT - 2 * PAD)) / (high - low);
  const path = points
    .map(
      (point, index) =>
        `${index === 0 ? "M" : "L"}${x(index).toFixed(1)},${y(point.value).toFixed(1)}`,
    )
    .join("");
  const first = points[0]!;
  const last = points[points.length - 1]!;
  return (
    <figure class="stack">
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
        <title>{title}</title>
        <desc>{`${first.label}: ${first.text}. ${last.label}: ${last.text}.`}</desc>
        <line class="axis" x1={PAD} x2={WIDTH - PAD} y1={y(0)} y2={y(0)} />
        <path class="line" d={path} />
        <text x={PAD} y={HEIGHT - 8}>
          {first.label}
        </text>
        <text x={WIDTH - PAD} y={HEIGHT - 8} text-anchor="end">
          {last.label}
        </text>
        <text x={WIDTH - PAD} y={y(last.value) - 6} text-anchor="end">
          {last.text}
        </text>
      </svg>
      <details>
        <summary>{messages.common.showData}</summary>
        <div class="table-wrap">
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
