import type { audit as en } from "../en/audit.ts";
import type { Translated } from "../index.ts";

export const audit: Translated<typeof en> = {
  title: "Auditoría",
  lead: "Quién cambió qué en esta hermandad. Nada de aquí se puede editar ni borrar.",
  at: "Cuándo",
  actor: "Quién",
  action: "Qué",
  subject: "Sobre",
  change: "Cambio",
  since: "Desde",
  until: "Hasta",
  from: "Desde",
  export: "Como archivo CSV",
  exportJson: "Como JSON",
  noneTitle: "Aún no ha pasado nada",
  noneText: "Cada cambio en puntos, personas, miembros y ajustes queda escrito aquí.",
};
