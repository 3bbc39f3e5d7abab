import type { landing as en } from "../en/landing.ts";
import type { Translated } from "../index.ts";

export const landing: Translated<typeof en> = {
  title: "La casa de tu hermandad, con su propia base de datos",
  lead: "Bandas, puntos y botín que todos pueden comprobar. Lista en un minuto, con sus datos siempre separados.",
  found: "Fundar hermandad",
  demo: "Ver la demo",
  proofTitle: "Un saldo, explicado",
  proofPerson: "Ejemplo",
  proofLines: {
    onTime: "Puntualidad, jueves",
    boss: "Jefe derrotado: el Guardián de la Puerta",
    loot: "Botín: Yelmo de placas de ceniza",
  },
  proofSum: "Saldo",
  proofNote: "Cualquier miembro puede abrir cualquier saldo y ver los movimientos que lo forman.",
  points: {
    apart: "Datos separados",
    apartText: "Tu hermandad tiene su propia base de datos. No guarda nada de otras hermandades.",
    provable: "Puntos comprobables",
    provableText: "Cada saldo es la suma de sus movimientos. No se editan: los errores se anulan.",
    fast: "Rápido en noche de banda",
    fastText: "Para llevar en el móvil mientras juegas.",
  },
  plans: "Planes",
  plansLead: "Empieza gratis. Un plan superior amplía los límites; uno inferior nunca borra datos.",
  named: {
    free: { title: "Gratis", text: "Para una hermandad con su grupo de banda." },
    premium: {
      title: "Premium",
      text: "Para hermandades grandes y para quien lidera varias.",
    },
  },
  guilds: (count: number) => (count === 1 ? "1 hermandad" : `${count} hermandades`),
  anyGuilds: "Hermandades sin límite",
  members: (count: number) => (count === 1 ? "1 miembro" : `${count} miembros`),
  anyMembers: "Miembros sin límite",
  kept: (days: number) =>
    days === 1 ? "Logs y métricas del último día" : `Logs y métricas de los últimos ${days} días`,
  keptForGood: "Logs y métricas sin caducidad",
  keys: (count: number) => (count === 1 ? "1 clave de API" : `${count} claves de API`),
  anyKeys: "Claves de API sin límite",
  without: "no incluido:",
};
