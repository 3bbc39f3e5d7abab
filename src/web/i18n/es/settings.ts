import type { settings as en } from "../en/settings.ts";
import type { Translated } from "../index.ts";

export const settings: Translated<typeof en> = {
  title: "Ajustes",
  general: "La hermandad",
  name: "Nombre de la hermandad",
  slug: "Dirección",
  slugHint: "La dirección antigua lleva aquí durante 90 días.",
  faction: "Facción",
  description: "Descripción",
  descriptionHint: "La ve cualquiera que pueda ver la hermandad.",
  contact: "Contacto",
  contactHint: "Un enlace, una dirección o un nombre al que susurrar.",
  isPublicHint: "Nunca las notas, el registro ni quién está detrás de un personaje.",
  isPublic: "Cualquiera puede ver clasificación, plantilla y progreso",
  timeZone: "Zona horaria",
  schedule: "Noches de banda",
  scheduleLead: "Las noches de banda se fijan en el asistente.",
  scheduleOpen: "Fijar noches de banda",
  plan: "Plan",
  members: "Miembros",
  guilds: "Hermandades del dueño en este plan",
};
