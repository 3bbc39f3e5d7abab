import type { GuildStatus } from "../schema.ts";

/** How a guild's state looks in a table. */
export function look(status: GuildStatus): "good" | "bad" | "plain" {
  if (status === "ready") return "good";
  return status === "failed" || status === "suspended" ? "bad" : "plain";
}
