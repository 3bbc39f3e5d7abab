// The order matters: most browsers also name the browsers they descend from.
const BROWSERS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
  [/^curl\//, "curl"],
];

const SYSTEMS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** The browser and system of a User-Agent, by their common names, as far as it states them. */
export function deviceOf(agent: string): {
  readonly browser: string | undefined;
  readonly system: string | undefined;
} {
  const named = (list: typeof BROWSERS) => list.find(([sign]) => sign.test(agent))?.[1];
  return { browser: named(BROWSERS), system: named(SYSTEMS) };
}
