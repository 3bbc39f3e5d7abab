import "./node/umask.ts";
import { consoleToLog, runProcess } from "./node/process-guard.ts";
import { start } from "./node/server.ts";

const { log } = await runProcess(() => start(process.env));
consoleToLog(log);
