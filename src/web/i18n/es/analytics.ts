import type { analytics as en } from "../en/analytics.ts";
import type { Translated } from "../index.ts";

export const analytics: Translated<typeof en> = {
  title: "Análisis",
  lead: "Cómo se ganan y se gastan los puntos, quién recibe botín y quién asiste.",
  gini: "Desigualdad de los saldos",
  giniNote: "Índice de Gini. 0: todos los saldos son iguales. 1: una persona lo tiene todo.",
  people: "Personas con puntos",
  minted: "Puntos nuevos por semana",
  spent: "Puntos gastados por semana",
  decayed: "Puntos perdidos por desgaste por semana",
  attendance: "Personas en cada banda",
  shares: "Botín por persona",
  sharesCaption: "Todos los objetos entregados a personas, sin los anulados",
  none: "Aún no hay botín.",
  person: "Persona",
  items: "Objetos",
};
