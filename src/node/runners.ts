import { hostname } from "node:os";
import { newId } from "../kernel/ids.ts";

/** Open runners of this process. Tests create several. */
const ours = new Set<string>();

/** A unique name for this process: machine, process id, and a counter. */
export function newRunner(): string {
  const runner = `${hostname()}:${process.pid}:${newId<string>()}`;
  ours.add(runner);
  return runner;
}

/** Call it when all work of the runner has ended. */
export function endRunner(runner: string): void {
  ours.delete(runner);
}

/**
 * Whether this runner has certainly ended. False for a runner of another machine, and for one whose
 * process id another process has now. Their leases have to expire.
 */
export function isRunnerGone(runner: string): boolean {
  const [, host, pid] = /^(.+):(\d+):[^:]+$/.exec(runner) ?? [];
  if (host !== hostname()) return false;
  if (Number(pid) === process.pid) return !ours.has(runner);
  return !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is alive and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
