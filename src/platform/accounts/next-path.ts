const HERE = "http://here.invalid";

/**
 * Where to go after signing in: `next` if it is a path on this site, else `fallback`. Browsers read
 * `//host`, `/\host` and paths with tabs as other sites.
 */
export function localPath(next: unknown, fallback: string): string {
  if (typeof next !== "string" || next.length > 1_000) return fallback;
  if (!next.startsWith("/") || /[\\\p{Cc}\s]/u.test(next)) return fallback;
  const url = URL.canParse(next, HERE) ? new URL(next, HERE) : undefined;
  const staysHere = url?.origin === HERE && !url.pathname.startsWith("//");
  return staysHere ? `${url.pathname}${url.search}` : fallback;
}
