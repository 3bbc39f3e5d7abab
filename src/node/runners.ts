import { hostname } from "node:os";
import { newId } from "../kernel/ids.ts";

/** Runners of this process that have not been closed. Tests build several. */
const ours = new Set<string>();

/** A name for this process among several: machine, process id, and a number of its own. */
export function newRunner(): string {
  const runner = `${hostname()}:${process.pid}:${newId<string>()}`;
  ours.add(runner);
  return runner;
}

/** Call it when everything that the runner began has ended. */
export function endRunner(runner: string): void {
  ours.delete(runner);
}

/**
 * Is it certain that this runner has ended? False for a runner of another machine, and for one whose
 * process id another process has now: leases have to end by themselves then.
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
    // EPERM: it is alive and another user's.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
