import type { discord as en } from "../en/discord.ts";
import type { Translated } from "../index.ts";

export const discord: Translated<typeof en> = {
  commands: {
    link: "Vincula tu cuenta de Discord con tu lugar en la hermandad",
    whois: "Muestra quién es un miembro en el juego",
    roster: "Muestra a la gente de la hermandad",
    standings: "Muestra los puntos de la hermandad",
    raid: "Muestra la próxima banda",
  },
  options: {
    member: "Un miembro de este servidor",
    name: "Parte del nombre de una persona o de un personaje",
  },
  onServers: "Usa esta orden en el servidor de tu hermandad.",
  notConnected:
    "Ninguna hermandad ha conectado este servidor todavía. Su administración puede hacerlo en los ajustes de identidad.",
  noSuchCommand: "Esta orden ya no existe.",
  forMembers:
    "Solo los miembros de la hermandad pueden ver esto. Si lo eres, escribe /link para vincular tu cuenta.",
  failed: "Algo ha fallado por nuestra parte. Inténtalo de nuevo en un momento.",
  linkedAs: (person) => `Tu cuenta de Discord es de ${person}.`,
  linkReady: (url, minutes) =>
    `Abre esta dirección en ${minutes} minutos e inicia sesión como miembro de la hermandad. Sirve una vez. No se la des a nadie.\n${url}`,
  noSuchPerson: (name) => `Nadie en la hermandad se llama ${name}.`,
  noSuchMember: "Este miembro no está vinculado con nadie de la hermandad.",
  probably: "Probablemente, por el nombre:",
  people: (count) => (count === 1 ? "1 persona" : `${count} personas`),
  nothing: "Todavía no hay nada.",
  noRaid: "No hay ninguna banda prevista.",
  coming: (count) => (count === 1 ? "Viene 1 persona" : `Vienen ${count} personas`),
  yourAnswer: (answer) => `Tu respuesta: ${answer}`,
  noAnswer: "Todavía no has respondido.",
  bench: "Banquillo",
  otherRoles: "Sin rol",
  answered: (answer) => `Tu respuesta: ${answer}. Puedes cambiarla cuando quieras.`,
  linkFirst:
    "Escribe /link para vincular tu cuenta con tu lugar en la hermandad. Después, pulsa otra vez.",
  notAnswered: (count) =>
    count === 1
      ? "1 persona no ha respondido todavía:"
      : `${count} personas no han respondido todavía:`,
  auctionOpen: (item, mode) => `Ha empezado una subasta: **${item}** (${mode})`,
  auctionWon: (item, winners) => `**${item}** es para ${winners}`,
  auctionUnsold: (item) => `La subasta de **${item}** acabó sin ganador`,
  auctionCanceled: (item) => `La subasta de **${item}** se canceló`,
  lootLine: (item, who, points) => `**${item}** → ${who} · ${points}`,
  feeds: "Canales de Discord",
  feedsLead: "Qué publica el bot y dónde. No menciona a nadie.",
  feedsHint: "El ID de un canal del servidor de la hermandad. Vacío para no publicar nada.",
  raidChannel: "Canal para bandas",
  announceHours: "Horas antes de una banda en que se anuncia",
  reminderHours: "Horas antes de una banda en que se nombra a quien no ha respondido",
  reminderHint: "Vacío para no recordar nada.",
  auctionChannel: "Canal para subastas",
  lootChannel: "Canal para botín",
  feedLanguage: "Idioma de las publicaciones",
  resting: (reason) => `Ahora no se publica nada. ${reason} Guarda para intentarlo de nuevo.`,
  linkTitle: "Vincula tu cuenta de Discord",
  linkLead: (name) => `La cuenta de Discord «${name}» pide ser la tuya en esta hermandad.`,
  linkWarning: "¿Has escrito /link tú?",
  linkWarningText: (name) =>
    `Continúa solo si «${name}» es tu propia cuenta y acabas de escribir /link en el servidor de la hermandad. Quien la tenga podrá actuar por ti en Discord.`,
  linkButton: "Sí, es mi cuenta",
  connect: "Añadir el bot a un servidor",
  connectHint:
    "Discord te pide un servidor que administres. Después, las órdenes del bot funcionan allí.",
  connectedServer: (id) => `Las órdenes del bot funcionan en el servidor ${id}.`,
  unprovedServer:
    "Se leen los miembros de este servidor. Las órdenes del bot funcionan cuando añadas el bot con el botón de abajo.",
};
