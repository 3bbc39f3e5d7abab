import type { Child } from "hono/jsx";

/** A list of names and values, such as the facts about one guild. */
export function Facts(props: { facts: readonly (readonly [label: string, value: Child])[] }) {
  return (
    <dl class="facts">
      {props.facts.map(([label, value]) => (
        <>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
