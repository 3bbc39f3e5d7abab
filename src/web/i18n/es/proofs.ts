import type { proofs as en } from "../en/proofs.ts";
import type { Translated } from "../index.ts";

export const proofs: Translated<typeof en> = {
  title: "Demuestra tus personajes",
  lead: "Demuestra que un personaje es tuyo. Ningún oficial tiene que confirmarlo y nadie más puede reclamarlo.",
  short: "Demuéstralo tú",
  shortLead:
    "Battle.net o un código en la nota pública muestran de quién es un personaje, sin un oficial.",
  proved: "demostrado",
  battlenet: "Mediante Battle.net",
  battlenetLead:
    "Entra en Battle.net y deja que muestre tus personajes. Leemos la lista una vez y no guardamos el acceso.",
  battlenetStart: "Ir a Battle.net",
  battlenetFound: "Tus personajes en esta hermandad",
  battlenetFoundLead:
    "Battle.net dice que estos personajes son tuyos. Confírmalos para tenerlos también aquí.",
  battlenetConfirm: (count) =>
    count === 1 ? "Confirmar 1 personaje" : `Confirmar ${count} personajes`,
  battlenetNone: "Ninguno de tus personajes está en esta hermandad",
  battlenetNoneText:
    "Así solo se demuestran los personajes que Blizzard muestra en esta hermandad. Para los demás sirve un código en la nota pública.",
  battlenetRefused: "Battle.net no mostró tus personajes, así que nada ha cambiado.",
  battlenetOver: "Ha tardado demasiado o ya se usó. Empieza de nuevo.",
  again: "Empezar de nuevo",
  back: "Volver a tus pruebas",
  code: "Mediante un código en la nota pública",
  codeLead:
    "Elige un personaje y pide un código. Quien puede escribirlo en la nota es el dueño del personaje.",
  getCode: "Pedir un código",
  yourCode: (character) => `Tu código para ${character}`,
  codeField: "Código",
  codeSteps: [
    "Entra en el juego con este personaje y abre la ventana de la hermandad.",
    "Escribe el código en la nota pública del personaje, solo o junto a otras palabras.",
    "La próxima plantilla que suba un oficial lo demuestra. Después vuelve a poner tu nota.",
  ],
  codeOnce: "El código se muestra solo esta vez. Puedes pedir otro cuando quieras.",
  expires: "Válido hasta",
  none: "No hay ningún personaje así en la plantilla del juego.",
  noneText: "Tus personajes aparecen aquí cuando un oficial ha subido o conectado la plantilla.",
  yours: "Tus pruebas",
  noProofs: "Todavía no has demostrado ningún personaje.",
  how: "Cómo",
  state: "Estado",
  since: "Desde",
  withdraw: "Retirar",
  sources: { note_code: "Código en la nota", battlenet: "Battle.net" },
  states: {
    open: "espera la nota",
    contested: "espera a un oficial",
    proved: "demostrado",
    ended: "terminado",
  },
  faults: {
    expired: "Se acabó su tiempo.",
    replaced: "Otra prueba llegó antes.",
    "officer-note": "El código está en la nota de oficiales. Escríbelo en la nota pública.",
    "several-characters": "El código está en las notas de varios personajes. Déjalo en una.",
    "several-codes": "La nota tiene también el código de otro miembro. Deja solo el tuyo.",
    "other-character": "El código está en la nota de otro personaje.",
    taken: "El personaje pertenece a otro miembro. Decide un oficial.",
    "decided-otherwise": "Un oficial lo asignó a otra persona. Decide un oficial.",
  },
  mine: "ya es tuyo",
};
