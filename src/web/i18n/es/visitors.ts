import type { visitors as en } from "../en/visitors.ts";
import type { Translated } from "../index.ts";

export const visitors: Translated<typeof en> = {
  title: "Visitantes",
  lead: "Lo que ven quienes no son miembros, con o sin sesión. Los enlaces a páginas cerradas parecen páginas que no existen.",
  choose: "Elegir lo que ven los visitantes",
  closed: "Los visitantes no ven nada: para ellos, esta hermandad no existe.",
  open: (areas) => `Los visitantes ven: ${areas}.`,
  legend: "Abierto a visitantes",
  never:
    "Las notas, observaciones, subastas, consejos de botín, listas de deseos, los movimientos, los miembros, los correos y la auditoría nunca se abren.",
  areas: {
    standings: "Los puntos de cada persona, con clase y función, y las reglas de los fondos.",
    roster: "Las personas de la hermandad y sus personajes.",
    loot: "Quién recibió cada objeto y por cuántos puntos.",
    raids: "El calendario, quién se apuntó y la asistencia, por nombre.",
    logs: "Informes y combates con las cifras de cada jugador, por un enlace que puedes compartir.",
    progress: "Jefes con intentos, muertes y récords, y por qué se perdieron los intentos.",
  },
};
