import type { backups as en } from "../en/backups.ts";
import type { Translated } from "../index.ts";

export const backups: Translated<typeof en> = {
  title: "Copias de seguridad",
  lead: "La hermandad se copia cada hora, y cada copia se abre para ver que está entera.",
  copies: "Copias",
  copyNow: "Copiar ahora",
  none: "Aún no hay copias. La primera llega en una hora como mucho.",
  notHere: "Este servidor no hace copias. Pregunta a quien lo lleva.",
  restoring:
    "Se está restaurando una copia. Lo que la hermandad tenía hasta ahora también se guarda.",
  taken: "Hecha",
  takenAt: "Hecha el",
  state: "Estado",
  states: { making: "en curso", good: "entera", damaged: "dañada", failed: "no se hizo" },
  why: "Motivo",
  reasons: {
    schedule: "Cada hora",
    manual: "A mano",
    "before-restore": "Antes de restaurar otra",
  },
  size: "Tamaño",
  one: "Una copia de la hermandad",
  changes: (n: number) =>
    n === 0
      ? "Desde entonces no ha cambiado nada."
      : `Desde entonces se ${n === 1 ? "anotó 1 cambio" : `anotaron ${n} cambios`}. Si la restauras, se pierden.`,
  compared: "En qué se diferencia de ahora, en filas",
  table: "Tabla",
  inCopy: "En la copia",
  today: "Ahora",
  restore: "Volver a esta copia",
  restoreLead:
    "Durante unos segundos nadie puede trabajar en la hermandad. Antes se copia lo que tiene ahora, así que puedes volver.",
  typeName: (name: string) => `Escribe «${name}» para confirmar`,
  export: "Llévatelo todo",
  exportLead:
    "Un archivo con todos los datos de la hermandad: una base de datos que abre cualquier programa de SQLite. No incluye cuentas ni registros en bruto.",
  exportNow: "Descargar",
  end: "Eliminar la hermandad",
  endLead:
    "Se cierra para todos al momento. Durante 30 días puedes recuperarla desde tus hermandades.",
  endFacts: [
    "Miembros, visitantes y claves de API ya no encontrarán nada aquí.",
    "El nombre y la dirección siguen siendo tuyos esos 30 días.",
    "Después se borran su base de datos, registros, claves y copias. Nadie podrá recuperarlos.",
  ],
  deleted: "Hermandades eliminadas",
  deletedLead: "Se pueden recuperar hasta el día en que no quede nada de ellas.",
  until: "Hasta",
  undelete: "Recuperar",
};
