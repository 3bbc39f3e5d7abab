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
  companion: "Acompañante",
  companionText:
    "Se ejecuta en el ordenador del juego y sube cada exportación por sí solo. Solo lee los archivos del juego.",
  companionSteps: [
    "Instala Node 20 o posterior y descomprime el zip.",
    "Crea una clave de API con el permiso «Subir la lista del addon» y pégala en key.txt.",
    "Abre el archivo de tu sistema y deja su ventana abierta mientras juegas.",
  ],
  companionFile: "El zip indica este servidor y esta hermandad. No contiene ninguna clave.",
  companionDownload: "Descargar acompañante",
  keys: "Claves de API",
  keysAsk: "Un admin de la hermandad puede crear la clave.",
  lastUpload: "Última subida",
  never: "nunca",
  rows: (count: number) => (count === 1 ? "1 personaje" : `${count} personajes`),
};
