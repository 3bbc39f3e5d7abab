import type { audit as en } from "../en/audit.ts";
import type { Translated } from "../index.ts";

export const audit: Translated<typeof en> = {
  title: "Auditoría",
  lead: "Quién cambió qué en esta hermandad. Nada se puede editar ni borrar.",
  at: "Fecha",
  actor: "Persona",
  action: "Acción",
  subject: "Elemento",
  change: "Cambio",
  since: "Desde",
  until: "Hasta",
  from: "Origen",
  export: "Descargar CSV",
  exportJson: "Descargar JSON",
  noneTitle: "Aún no hay nada",
  noneText: "Aquí aparecerán los cambios de puntos, personas, miembros y ajustes.",
};
