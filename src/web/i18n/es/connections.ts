import type { connections as en } from "../en/connections.ts";
import type { Translated } from "../index.ts";

export const connections: Translated<typeof en> = {
  title: "Conexiones",
  lead: "Claves para conectar la hermandad con otros servicios. Se guardan cifradas y no se vuelven a mostrar.",
  personalLead:
    "Claves para conectar tu cuenta con otros servicios. Se guardan cifradas y no se vuelven a mostrar.",
  back: "Tu cuenta",
  set: "guardada",
  notSet: "sin guardar",
  setBy: (name) => `por ${name}`,
  account: "ID de cliente",
  replace: "Guardar clave",
  remove: "Quitar clave",
  kinds: {
    blizzard: "Blizzard",
    warcraftlogs: "Warcraft Logs",
    "discord-bot": "Bot de Discord",
    "discord-webhook": "Canal de Discord",
    webhook: "Webhook",
  },
  hints: {
    blizzard: "Un cliente de develop.battle.net. Lee plantillas y personajes.",
    warcraftlogs: "Un cliente de warcraftlogs.com. Lee informes.",
    "discord-bot": "Un bot de discord.com/developers. Lee miembros y roles.",
    "discord-webhook": "Un webhook de los ajustes de un canal. Publica en ese canal.",
    webhook: "Tu propia dirección https. Recibe los eventos de la hermandad.",
  },
  values: {
    blizzard: "Secreto de cliente",
    warcraftlogs: "Secreto de cliente",
    "discord-bot": "Token del bot",
    "discord-webhook": "Dirección del webhook",
    webhook: "Dirección web",
  },
};
