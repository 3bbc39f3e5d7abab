import "./node/umask.ts";
import { start, stopOnSignal } from "./node/server.ts";

const { stop } = await start(process.env);
stopOnSignal(stop);
