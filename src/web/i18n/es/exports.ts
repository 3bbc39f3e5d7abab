import type { exports as en } from "../en/exports.ts";
import type { Translated } from "../index.ts";

export const exports: Translated<typeof en> = {
  title: "Archivos",
  lead: "Todo lo de esta hermandad en archivos, para hojas de cálculo y para otras herramientas.",
  own: "Para hojas de cálculo",
  ownLead: "El archivo de una banda está en la página de la banda.",
  tools: "Para otras herramientas",
  toolsLead:
    "Las entregas anuladas no aparecen. Estos archivos se pueden volver a importar aquí: las entregas que la hermandad ya tiene se reconocen.",
  name: "Nombre",
  content: "Contenido",
  files: "Archivos",
  lines: "Líneas",
  text: "Texto",
  standings: "Saldos del fondo de puntos principal. Los demás tienen su archivo en su página.",
  ledger: "Cada cambio de un saldo en el fondo de puntos principal.",
  loot: "Cada entrega con su precio, también las anuladas.",
  auctions: "Cada subasta terminada, con sus ganadores.",
  attendance: "Asistencia en 30, 60 y 90 días.",
  grid: "Quién estuvo en cada banda.",
  roster: "Personas y personajes.",
  rclootcouncil:
    "Historial de botín. Pega el CSV en la importación del addon o en la página de botín de That's My BIS. " +
    "Los objetos cuyo número en el juego no se conoce solo están en el JSON.",
  gargul:
    "Historial de botín como líneas de su exportación. Los objetos del banco de hermandad no aparecen.",
  gargulWishes:
    "Listas de deseos y prioridades. Copia todo el texto en la importación TMB del addon. " +
    "Los objetos cuyo número en el juego no se conoce no aparecen.",
  thatsmybis: "Objetos recibidos, en las columnas de su exportación de botín.",
  thatsmybisWishes: "Listas de deseos y prioridades, en las columnas de su exportación de botín.",
};
