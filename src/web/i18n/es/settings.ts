import type { settings as en } from "../en/settings.ts";
import type { Translated } from "../index.ts";

export const settings: Translated<typeof en> = {
  title: "Ajustes",
  general: "General",
  name: "Nombre de la hermandad",
  slug: "Dirección web",
  slugHint: "La dirección anterior sigue funcionando durante 90 días.",
  faction: "Facción",
  description: "Descripción",
  descriptionHint: "La lee cualquiera que pueda ver la hermandad.",
  contact: "Contacto",
  contactHint: "Un enlace, un correo o un personaje al que susurrar.",
  timeZone: "Zona horaria",
  schedule: "Noches de banda",
  scheduleLead: "Las noches de banda se fijan en el asistente de configuración.",
  scheduleOpen: "Fijar noches de banda",
  plan: "Plan",
  members: "Miembros",
  guilds: "Hermandades del líder en este plan",
};
