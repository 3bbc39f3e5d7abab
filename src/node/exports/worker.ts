import { parentPort, workerData } from "node:worker_threads";
import { type ExportFault, ExportRefused } from "../../tenant/identity/formats/addon-export.ts";
import { type ExportRequest, readExport, type Told } from "../../tenant/identity/told.ts";

/** The thread's only message. */
export type ExportMessage =
  | { readonly type: "told"; readonly told: Told }
  | { readonly type: "refused"; readonly fault: ExportFault; readonly message: string };

function answer(): ExportMessage {
  try {
    return { type: "told", told: readExport(workerData as ExportRequest) };
  } catch (error) {
    if (!(error instanceof ExportRefused)) throw error;
    return { type: "refused", fault: error.fault, message: error.message };
  }
}

parentPort!.postMessage(answer());
