import type { Child } from "hono/jsx";
import type { Role } from "../kernel/permissions.ts";
import type { Locale, Messages } from "./i18n/index.ts";
import { Icon, type IconName } from "./icons.tsx";

// Catalogue: LinkButton Button ButtonForm PageHeader Section Card EmptyState Badge RoleBadge ClassName
// Points Time Steps StatTile Meter CopyField Notice. Forms are in forms.tsx, tables in tables.tsx,
// charts in chart.tsx, the page frame in layout.tsx. All texts come from the view's messages, so
// nothing here depends on a language.

type Look = "primary" | "secondary" | "danger" | "quiet";

export function LinkButton(props: { href: string; look?: Look; children?: Child }) {
  return (
    <a class={`button ${props.look ?? "secondary"}`} href={props.href}>
      {props.children}
    </a>
  );
}

export function Button(props: {
  look?: Look;
  name?: string;
  value?: string;
  formaction?: string;
  /** For one of several choices: whether it is the current one. */
  pressed?: boolean;
  children?: Child;
}) {
  const { look = "primary", name, value, formaction, pressed, children } = props;
  return (
    <button
      type="submit"
      class={`button ${look}`}
      name={name}
      value={value}
      formaction={formaction}
      aria-pressed={pressed === undefined ? undefined : pressed ? "true" : "false"}
    >
      {children}
    </button>
  );
}

/** A form with one button, for actions without input. */
export function ButtonForm(props: { action: string; look?: Look; children?: Child }) {
  return (
    <form method="post" action={props.action}>
      <Button look={props.look ?? "secondary"}>{props.children}</Button>
    </form>
  );
}

export function PageHeader(props: { title: string; lead?: string; children?: Child }) {
  return (
    <div class="page-header">
      <div>
        <h1>{props.title}</h1>
        {props.lead && <p>{props.lead}</p>}
      </div>
      {props.children && <div class="row">{props.children}</div>}
    </div>
  );
}

/** A section of a page with a heading, and its actions beside it. */
export function Section(props: { title: string; actions?: Child; children?: Child }) {
  return (
    <section class="section">
      <header>
        <h2>{props.title}</h2>
        {props.actions && <div class="row">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}

export function Card(props: { title?: string; children?: Child }) {
  return (
    <section class="card">
      {props.title && <h2>{props.title}</h2>}
      {props.children}
    </section>
  );
}

/** Shown instead of an empty list: what belongs here, why it is empty, and the first action. */
export function EmptyState(props: {
  title: string;
  text: string;
  icon?: IconName;
  action?: { href: string; label: string };
  /** A second way to the same end. */
  other?: { href: string; label: string };
}) {
  return (
    <div class="empty">
      <Icon name={props.icon ?? "guilds"} />
      <h2>{props.title}</h2>
      <p class="muted">{props.text}</p>
      {props.action && (
        <LinkButton look="primary" href={props.action.href}>
          {props.action.label}
        </LinkButton>
      )}
      {props.other && <LinkButton href={props.other.href}>{props.other.label}</LinkButton>}
    </div>
  );
}

export function Badge(props: { look?: "plain" | "good" | "bad" | "accent"; children?: Child }) {
  return <span class={`badge ${props.look ?? "plain"}`}>{props.children}</span>;
}

export function RoleBadge({ role, messages }: { role: Role; messages: Messages }) {
  return <Badge look={role === "owner" ? "accent" : "plain"}>{messages.common.roles[role]}</Badge>;
}

/** A dot in the class colour beside the class's name, because colour alone is not accessible. */
export function ClassName(props: { id: string; name: string }) {
  const known = /^[a-z-]+$/.test(props.id) ? `class-${props.id}` : "";
  return <span class={`class-name ${known}`}>{props.name}</span>;
}

/** Formats minor units exactly: 1250 with 2 decimals is "12.50". */
export function formatPoints(
  amount: number,
  decimals: number,
  locale: Locale,
  signDisplay: "negative" | "exceptZero" = "negative",
): string {
  const format = numberFormat(locale, decimals, signDisplay);
  // Passes a decimal text, because dividing would round what a balance stores exactly.
  return format.format(`${amount}E-${decimals}` as Intl.StringNumericLiteral);
}

export function Points(props: {
  amount: number;
  decimals: number;
  locale: Locale;
  /** Shows a plus for gains and colours both signs. */
  signed?: boolean;
}) {
  const { amount, decimals, locale, signed = false } = props;
  const look = !signed || amount === 0 ? "" : amount > 0 ? "good" : "bad";
  const text = formatPoints(amount, decimals, locale, signed ? "exceptZero" : "negative");
  return <span class={`num ${look}`}>{text}</span>;
}

/** A moment in a time zone, readable by people and by programs. */
export function Time(props: { at: number; timeZone: string; locale: Locale }) {
  const { at, timeZone, locale } = props;
  const text = dateFormat(locale, timeZone).format(at);
  return (
    <time datetime={new Date(at).toISOString()} title={`${text} (${timeZone})`}>
      {text}
    </time>
  );
}

/** From one moment to another, with the day of the week: `Wed, Dec 2, 20:00 – 23:00`. */
export function TimeRange(props: {
  from: number;
  until: number;
  timeZone: string;
  locale: Locale;
}) {
  const { from, until, timeZone, locale } = props;
  const text = rangeFormat(locale, timeZone).formatRange(from, until);
  return (
    <time datetime={new Date(from).toISOString()} title={`${text} (${timeZone})`}>
      {text}
    </time>
  );
}

export type StepState = "done" | "now" | "waiting" | "failed";

/** Steps in order. With `progressUrl`, their states follow the server's events. */
export function Steps(props: {
  steps: readonly { id: string; label: string; state: StepState; href?: string }[];
  messages: Messages;
  progressUrl?: string;
}) {
  const words = props.messages.common.step;
  return (
    <ol
      class="steps"
      data-progress={props.progressUrl}
      aria-live={props.progressUrl === undefined ? undefined : "polite"}
    >
      {props.steps.map(({ id, label, state, href }) => (
        <li data-step={id} data-state={state} aria-current={state === "now" ? "step" : undefined}>
          {href ? <a href={href}>{label}</a> : <span>{label}</span>}
          <span class="state">{words[state]}</span>
        </li>
      ))}
    </ol>
  );
}

export function StatTile(props: { label: string; children?: Child; note?: string }) {
  return (
    <section class="card tile">
      <h2>{props.label}</h2>
      <div class="value">{props.children}</div>
      {props.note && <p class="muted">{props.note}</p>}
    </section>
  );
}

/** How much of a limit is used. Shows only the number if there is no limit. */
export function Meter(props: {
  label: string;
  used: number;
  limit: number | null;
  /** Formats the numbers, such as bytes in larger units. */
  text?: (value: number) => string;
}) {
  const { label, used, limit, text = String } = props;
  return (
    <div class="usage">
      <div>
        <strong>{label}</strong>
        <span class="num">{limit === null ? text(used) : `${text(used)} / ${text(limit)}`}</span>
      </div>
      {limit !== null && (
        <meter
          class="meter"
          min={0}
          max={limit}
          low={limit * 0.8}
          high={limit}
          optimum={0}
          value={used}
          aria-label={label}
        >
          {used}
        </meter>
      )}
    </div>
  );
}

/** A text to copy, such as an invitation's link. Without scripts it can be selected. */
export function CopyField(props: { id: string; label: string; value: string; messages: Messages }) {
  const t = props.messages.common;
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <div class="copy">
        <input id={props.id} value={props.value} readonly />
        <button type="button" class="button" data-copy={props.id} data-copied={t.copied}>
          {t.copy}
        </button>
      </div>
    </div>
  );
}

export function Notice(props: { look?: "good" | "bad"; children?: Child }) {
  const isBad = props.look === "bad";
  return (
    <div class={`toast ${isBad ? "bad" : ""}`} role={isBad ? "alert" : "status"}>
      <Icon name={isBad ? "warning" : "check"} />
      <div>{props.children}</div>
    </div>
  );
}

// Making a formatter costs a hundred times as much as using it, and a table uses it in every cell.
const numberFormat = remembered(
  (locale: Locale, decimals: number, signDisplay: "negative" | "exceptZero") =>
    new Intl.NumberFormat(locale, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay,
    }),
);
const dateFormat = remembered(
  (locale: Locale, timeZone: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone }),
);

const rangeFormat = remembered(
  (locale: Locale, timeZone: string) =>
    new Intl.DateTimeFormat(locale, {
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      timeZone,
    }),
);

/** Memoizes a function by its arguments. Only for functions with few different arguments. */
function remembered<A extends readonly unknown[], T>(make: (...args: A) => T) {
  const made = new Map<string, T>();
  return (...args: A): T => {
    const key = args.join("/");
    const found = made.get(key) ?? make(...args);
    made.set(key, found);
    return found;
  };
}
