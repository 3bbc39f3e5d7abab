import { readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { Holder, Processes } from "../../provisioning/rollouts/holder.ts";

/** Identifies processes of this machine through Linux's /proc. Elsewhere the result is uncertain. */
export const processes: Processes = { self: thisProcess, isGone };

/** This process, as the holder of a rollout. */
function thisProcess(): Holder {
  return {
    name: userInfo().username,
    host: hostname(),
    pid: process.pid,
    machine: thisMachine(),
    startedAt: startOf(process.pid) ?? null,
  };
}

/** Compares the process id and its start time, because ids are reused. */
function isGone({ machine, pid, startedAt }: Holder): boolean {
  if (machine === null || startedAt === null || machine !== thisMachine()) return false;
  if (!isThere(pid)) return true;
  const now = startOf(pid);
  // A process that /proc hides, because it belongs to another user, may be alive.
  return now !== undefined && now !== startedAt;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function thisMachine(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // Containers on one machine share its boot id but have their own process ids.
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** The start time of a process. Undefined if it cannot be read. "dead" for an ended one. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name is in brackets and may contain spaces and brackets itself.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    // A zombie has ended. Its parent has not collected its exit code yet.
    return state === "Z" || state === "X" ? "dead" : fields[19];
  } catch {
    return undefined;
  }
}
