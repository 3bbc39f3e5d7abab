import { Hono } from "hono";
import { hashToken } from "../../kernel/tokens.ts";
import { base } from "../styles/base.ts";
import { components } from "../styles/components.ts";
import { tokens } from "../styles/tokens.ts";
import { islands } from "./islands.ts";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect x="4" y="4" width="8" height="8" rx="1" transform="rotate(45 8 8)" fill="#f0a04b"/></svg>`;

/** An asset's name carries a hash of its text, so a browser may keep it for ever. */
function asset(name: string, extension: string, type: string, text: string) {
  return { path: `/${name}.${hashToken(text).slice(0, 10)}.${extension}`, type, text };
}

const ASSETS = {
  styles: asset("styles", "css", "text/css; charset=utf-8", tokens + base + components),
  islands: asset("islands", "js", "text/javascript; charset=utf-8", islands),
  icon: asset("icon", "svg", "image/svg+xml", icon),
};

/** Where a page finds an asset. */
export const assetUrl = (name: keyof typeof ASSETS): string => `/assets${ASSETS[name].path}`;

/** Serves the assets, below `/assets`. */
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
