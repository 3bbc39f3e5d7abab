import type { backups as en } from "../en/backups.ts";
import type { Translated } from "../index.ts";

export const backups: Translated<typeof en> = {
  title: "Copias de seguridad",
  lead: "Los cambios de la hermandad se copian en unos minutos y cada copia se comprueba.",
  copies: "Copias",
  copyNow: "Crear copia",
  none: "Aún no hay copias. La primera llega en una hora como mucho.",
  notHere: "Este servidor no hace copias. Pregunta a quien administra la plataforma.",
  restoring: "Se está restaurando una copia. Los datos de antes también se guardan como copia.",
  taken: "Creada",
  takenAt: "Creada el",
  state: "Estado",
  states: { making: "en curso", good: "comprobada", damaged: "dañada", failed: "con error" },
  why: "Motivo",
  reasons: {
    schedule: "Programada",
    manual: "A mano",
    "before-restore": "Antes de restaurar",
  },
  size: "Tamaño",
  one: "Copia de la hermandad",
  changes: (n: number) =>
    n === 0
      ? "Desde entonces no ha cambiado nada."
      : `Desde entonces ${n === 1 ? "hubo 1 cambio" : `hubo ${n} cambios`}. Si restauras esta copia, se ${n === 1 ? "pierde" : "pierden"}.`,
  compared: "Diferencias con la situación actual, en filas",
  table: "Tabla",
  inCopy: "En la copia",
  today: "Ahora",
  restore: "Restaurar copia",
  restoreLead:
    "La hermandad no estará disponible durante unos segundos. Antes se copian los datos actuales, así que podrás volver.",
  typeName: (name: string) => `Escribe «${name}» para confirmar`,
  export: "Exportar los datos",
  exportLead:
    "Un archivo con todos los datos de la hermandad: una base de datos que abre cualquier programa de SQLite. No incluye cuentas ni logs en bruto.",
  exportNow: "Descargar datos",
  end: "Eliminar hermandad",
  endLead:
    "La hermandad se cierra para todos al momento. Durante 30 días puedes recuperarla desde «Mis hermandades».",
  endFacts: [
    "Los miembros, los visitantes y las claves de API pierden el acceso.",
    "El nombre y la dirección web quedan reservados esos 30 días.",
    "Después se borran para siempre la base de datos, los logs, las claves y las copias.",
  ],
  deleted: "Hermandades eliminadas",
  deletedLead: "Puedes recuperar una hermandad eliminada hasta la fecha indicada.",
  until: "Hasta",
  undelete: "Recuperar hermandad",
};
