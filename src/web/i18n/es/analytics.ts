import type { analytics as en } from "../en/analytics.ts";
import type { Translated } from "../index.ts";

export const analytics: Translated<typeof en> = {
  title: "Análisis",
  lead: "De dónde vienen y adónde van los puntos, quién recibe el botín y quién viene.",
  gini: "Desigualdad de los saldos",
  giniNote: "0: todos tienen lo mismo. 1: uno lo tiene todo. (Gini)",
  people: "Gente con puntos",
  minted: "Puntos nuevos por semana",
  spent: "Puntos gastados por semana",
  decayed: "Puntos decaídos por semana",
  attendance: "Gente en cada banda",
  shares: "Botín por persona",
  sharesCaption: "Todo lo que fue a personas, sin lo retirado",
  none: "Todavía no hay botín.",
  person: "Persona",
  items: "Objetos",
};
