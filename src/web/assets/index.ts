import { Hono } from "hono";
import { hashToken } from "../../kernel/tokens.ts";
import { styles } from "../styles/index.ts";
import { htmx, main, timeline, timelineStyles } from "./bundles.ts";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
<path fill="#8d8074" d="M3 21V10.5L12 3l9 7.500V21h-4.500v-7.500a4.5 4.5 0 0 0-9 0V21z"/>
<path fill="#f3a34f" d="m12 13.5 2.5 3.5-2.5 4-2.5-4z"/></svg>`;

/** An asset's name contains a hash of its text, so browsers may cache it for ever. */
function asset(name: string, extension: string, type: string, text: string) {
  return { path: `/${name}.${hashToken(text).slice(0, 10)}.${extension}`, type, text };
}

const ASSETS = {
  styles: asset("styles", "css", "text/css; charset=utf-8", styles + timelineStyles),
  htmx: asset("htmx", "js", "text/javascript; charset=utf-8", htmx),
  main: asset("main", "js", "text/javascript; charset=utf-8", main),
  // Only for pages with a zoomable chart.
  timeline: asset("timeline", "js", "text/javascript; charset=utf-8", timeline),
  icon: asset("icon", "svg", "image/svg+xml", icon),
};

/** The path of an asset. */
export const assetUrl = (name: keyof typeof ASSETS): string => `/assets${ASSETS[name].path}`;

/** Serves the assets below `/assets`. */
export function assets() {
  const app = new Hono();
  for (const { path, type, text } of Object.values(ASSETS)) {
    app.get(path, (c) =>
      c.body(text, 200, {
        "Content-Type": type,
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
      }),
    );
  }
  return app;
}
