import { readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { Holder, Processes } from "../../provisioning/rollouts/holder.ts";

/** The processes of this machine, by what Linux tells of them. Elsewhere nothing is certain. */
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

/** Compares the process id and, because ids are given again, when the process began. */
function isGone({ machine, pid, startedAt }: Holder): boolean {
  if (machine === null || startedAt === null || machine !== thisMachine()) return false;
  if (!isThere(pid)) return true;
  const now = startOf(pid);
  // One that hides from us (another user's, where /proc does that) may well be alive.
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
    // Containers of one machine share its boot and have process ids of their own.
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** When a process began; undefined where that cannot be read. A dead one has no beginning. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in brackets and may hold spaces and brackets itself.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    // A zombie is dead; its parent has only not asked yet how it ended.
    return state === "Z" || state === "X" ? "dead" : fields[19];
  } catch {
    return undefined;
  }
}
