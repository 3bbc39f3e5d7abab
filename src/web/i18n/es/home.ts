import type { home as en } from "../en/home.ts";
import type { Translated } from "../index.ts";

export const home: Translated<typeof en> = {
  title: "Inicio",
  nextRaid: "Próxima banda",
  raidNow: "Banda de esta noche",
  noAnswer: "¿Vienes?",
  yourAnswer: (answer) => `Tu respuesta: ${answer}`,
  unanswered: (count) =>
    count === 1 ? "1 persona no ha respondido." : `${count} personas no han respondido.`,
  noSchedule: "Sin noches de banda",
  setSchedule: "Fijar noches de banda",
  balance: "Mis puntos",
  notInRoster: "Aún no estás en la plantilla.",
  top: "Clasificación",
  all: "Toda la clasificación",
  recent: "Últimos movimientos",
  ledger: "Todos los movimientos",
  roster: "Plantilla",
  people: (count) => (count === 1 ? "1 persona" : `${count} personas`),
  award: "Dar puntos",
  checklist: "Primeros pasos",
  checklistLead: "Cinco pasos cortos. Puedes omitir cualquiera.",
  go: "Seguir configurando",
  dismiss: "Ocultar lista",
};
