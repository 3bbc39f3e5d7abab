import type { landing as en } from "../en/landing.ts";
import type { Translated } from "../index.ts";

export const landing: Translated<typeof en> = {
  title: "Un hogar para tu hermandad, con su propia base de datos",
  lead: "Bandas, puntos y botín que todos pueden comprobar. Fundada en un minuto, siempre aparte.",
  found: "Funda tu hermandad",
  demo: "Abrir la hermandad de ejemplo",
  proofTitle: "Un saldo y su porqué",
  proofPerson: "Ejemplo",
  proofLines: {
    onTime: "Puntualidad, jueves",
    boss: "Jefe derrotado: el Guardián de la Puerta",
    loot: "Botín: Yelmo de placas de ceniza",
  },
  proofSum: "Saldo",
  proofNote: "Cualquier miembro puede abrir cualquier saldo y leer los apuntes que lo forman.",
  points: {
    apart: "Siempre aparte",
    apartText:
      "Los datos de tu hermandad viven en una base de datos que no guarda nada de nadie más.",
    provable: "Puntos demostrables",
    provableText: "Cada saldo es la suma de sus apuntes. Nada se edita; los errores se revierten.",
    fast: "Rápido en noche de banda",
    fastText: "Pensado para el móvil en una mano y el juego en la otra pantalla.",
  },
  plans: "Planes",
  plansLead: "Empieza gratis. Un plan mayor solo amplía límites; uno menor nunca borra nada.",
  named: {
    free: { title: "Gratis", text: "Para una hermandad que hace bandas unida." },
    premium: {
      title: "Premium",
      text: "Para hermandades que han crecido y para quien dirige varias.",
    },
  },
  guilds: (count: number) => (count === 1 ? "1 hermandad" : `${count} hermandades`),
  anyGuilds: "Hermandades sin límite",
  members: (count: number) => (count === 1 ? "1 miembro" : `${count} miembros`),
  anyMembers: "Miembros sin límite",
  kept: (days: number) =>
    days === 1
      ? "Registros y métricas del último día"
      : `Registros y métricas de los últimos ${days} días`,
  keptForGood: "Registros y métricas para siempre",
  keys: (count: number) => (count === 1 ? "1 clave de API" : `${count} claves de API`),
  anyKeys: "Claves de API sin límite",
  without: "no incluido:",
};
