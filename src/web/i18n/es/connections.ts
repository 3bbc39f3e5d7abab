import type { connections as en } from "../en/connections.ts";
import type { Translated } from "../index.ts";

export const connections: Translated<typeof en> = {
  title: "Conexiones",
  lead: "Lo que nos deja hablar con otros servicios en nombre de la hermandad. Los secretos se sellan al guardarlos y no se vuelven a mostrar.",
  personalLead:
    "Lo que nos deja hablar con otros servicios en tu nombre. Los secretos se sellan al guardarlos y no se vuelven a mostrar.",
  back: "Tu cuenta",
  set: "guardado",
  notSet: "sin guardar",
  setBy: (name) => `por ${name}`,
  account: "Id del cliente",
  replace: "Sustituir",
  remove: "Quitar",
  kinds: {
    blizzard: "Blizzard",
    warcraftlogs: "Warcraft Logs",
    "discord-bot": "Bot de Discord",
    "discord-webhook": "Canal de Discord",
    webhook: "Webhook",
  },
  hints: {
    blizzard: "Un cliente que creaste en develop.battle.net, para leer plantillas y personajes.",
    warcraftlogs: "Un cliente que creaste en warcraftlogs.com, para leer informes.",
    "discord-bot": "Un bot que creaste en discord.com/developers, para ver miembros y roles.",
    "discord-webhook": "Un webhook de los ajustes de un canal, para publicar en él.",
    webhook: "Una dirección tuya, que empieza por https, a la que se avisa de lo que pasa.",
  },
  values: {
    blizzard: "Secreto del cliente",
    warcraftlogs: "Secreto del cliente",
    "discord-bot": "Token del bot",
    "discord-webhook": "Dirección del webhook",
    webhook: "Dirección",
  },
};
