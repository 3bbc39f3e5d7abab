import type { GuildStatus } from "../schema.ts";

/** The badge colour of a guild's status. */
export function look(status: GuildStatus): "good" | "bad" | "plain" {
  if (status === "ready") return "good";
  return status === "failed" || status === "suspended" ? "bad" : "plain";
}
