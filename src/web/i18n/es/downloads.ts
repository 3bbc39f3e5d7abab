import type { downloads as english } from "../en/downloads.ts";
import type { Translated } from "../index.ts";

export const downloads: Translated<typeof english> = {
  title: "Addon y acompañante",
  lead: "Lee rangos, notas y últimas conexiones del juego. La API de Blizzard no los tiene.",
  addon: "Addon GuildhallSync",
  addonText: "Exporta la lista de tu hermandad en el juego. Funciona en todas las ediciones.",
  addonSteps: [
    "Cierra el juego y descomprime el zip en la carpeta Interface/AddOns de tu edición.",
    "En el juego, escribe /guildhall. Usa un personaje cuyo rango vea las notas de oficial.",
    "Escribe /reload o sal del juego. Solo entonces se escribe el archivo.",
  ],
  addonFile: "El archivo es WTF/Account/<cuenta>/SavedVariables/GuildhallSync.lua.",
  guide: "Instrucciones",
  addonDownload: "Descargar addon",
  lastUpload: "Última subida",
  never: "nunca",
  rows: (count: number) => (count === 1 ? "1 personaje" : `${count} personajes`),
};
