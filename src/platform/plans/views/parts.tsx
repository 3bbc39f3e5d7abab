import type { View } from "../../../http/view.ts";
import { Time } from "../../../web/components.tsx";
import type { Subscription } from "../subscriptions.ts";

const GIB = 1024 ** 3;

/** The sources of a guild's plan: a grant with its end, or a payment. */
export function Sources(props: { view: View; subscriptions: readonly Subscription[] }) {
  const { view, subscriptions } = props;
  const t = view.messages.plans;
  const active = subscriptions.filter(({ status }) => status === "active");
  if (active.length === 0) return null;
  return (
    <ul>
      {active.map(({ source, plan, until, reason }) => (
        <li>
          {plan}: {t.sources[source]}
          {until !== null && (
            <>
              {" "}
              {t.until.toLowerCase()} <Time at={until} timeZone="UTC" locale={view.locale} />
            </>
          )}
          {reason && ` (${reason})`}
        </li>
      ))}
    </ul>
  );
}

/** Formats bytes in a larger unit. */
export function gibibytes(view: View, bytes: number): string {
  const format = new Intl.NumberFormat(view.locale, { maximumFractionDigits: 1 });
  return `${format.format(bytes / GIB)} GiB`;
}

/** Formats a limit. */
export function number(view: View, value: number | null): string {
  if (value === null) return view.messages.plans.unlimited;
  return new Intl.NumberFormat(view.locale).format(value);
}
