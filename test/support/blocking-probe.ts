/**
 * Loaded by `--import` into a server under test. Measures the longest time for which the main thread
 * computed without yielding. It measures CPU time, so other work on a busy machine adds nothing.
 * Answers "reset" and "read" over the process's channel.
 */
const TICK_MS = 2;

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

let lastMs = cpuMs();
let longestMs = 0;
let peakBytes = 0;

function look(): void {
  const nowMs = cpuMs();
  longestMs = Math.max(longestMs, nowMs - lastMs);
  lastMs = nowMs;
}

setInterval(look, TICK_MS).unref();
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 10 * TICK_MS).unref();

process.on("message", (message) => {
  look();
  if (message === "reset") {
    longestMs = 0;
    peakBytes = process.memoryUsage.rss();
  }
  process.send?.({ longestMs, peakBytes });
});
process.channel?.unref();
