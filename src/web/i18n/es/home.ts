import type { home as en } from "../en/home.ts";
import type { Translated } from "../index.ts";

export const home: Translated<typeof en> = {
  title: "Inicio",
  nextRaid: "Próxima banda",
  noSchedule: "Sin noches de banda",
  setSchedule: "Fijar las noches de banda",
  balance: "Mis puntos",
  notInRoster: "Aún no estás en la plantilla.",
  top: "Clasificación",
  all: "Toda la clasificación",
  recent: "Últimos apuntes",
  ledger: "Todo el libro mayor",
  roster: "Plantilla",
  people: (count) => `${count} personas`,
  award: "Dar puntos",
  checklist: "Primeros pasos",
  checklistLead: "Cuatro pasos cortos; cada uno se puede saltar.",
  go: "Seguir",
  dismiss: "Ocultar esta lista",
};
