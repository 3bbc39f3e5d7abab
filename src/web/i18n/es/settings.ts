import type { settings as en } from "../en/settings.ts";
import type { Translated } from "../index.ts";

export const settings: Translated<typeof en> = {
  title: "Ajustes",
  general: "La hermandad",
  name: "Nombre de la hermandad",
  slug: "Dirección",
  slugHint: "La dirección antigua lleva aquí durante 90 días.",
  description: "Descripción",
  contact: "Contacto",
  isPublic: "Cualquiera puede ver clasificación, plantilla y progreso",
  timeZone: "Zona horaria",
  schedule: "Noches de banda",
  weekdays: "Días",
  startsAt: "Empieza",
  endsAt: "Termina",
  plan: "Plan",
  members: "Miembros",
  guilds: "Hermandades del dueño en este plan",
};
