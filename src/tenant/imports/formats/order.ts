import type { DocumentBuilder } from "./builder.ts";
import type { DateOrder } from "./dates.ts";

/** Asks whether 3/4 is in April or in March, unless a date of the file proves it. */
export function askDateOrder(builder: DocumentBuilder, order: DateOrder): void {
  if (!order.isOpen) return;
  builder.questions.push({
    id: "date-order",
    kind: "date-order",
    subject: "",
    options: [
      { value: "dmy", label: "" },
      { value: "mdy", label: "" },
    ],
  });
}
