import type { Locale } from "./i18n/index.ts";

/** A size in the unit that a person would choose. */
export function formatBytes(bytes: number, locale: Locale): string {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  if (bytes < 1e6) return `${number.format(bytes / 1e3)} KB`;
  return bytes < 1e9 ? `${number.format(bytes / 1e6)} MB` : `${number.format(bytes / 1e9)} GB`;
}

/** Hours and minutes, or minutes and seconds for less than an hour. */
export function formatDuration(ms: number, locale: Locale): string {
  const seconds = Math.round(ms / 1_000);
  const unit = (value: number, name: "hour" | "minute" | "second") =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }).format(
      value,
    );
  const minutes = Math.floor(seconds / 60);
  return seconds >= 3_600
    ? `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`
    : `${unit(minutes, "minute")} ${unit(seconds % 60, "second")}`;
}
