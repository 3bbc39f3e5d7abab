import type { onboarding as en } from "../en/onboarding.ts";
import type { Translated } from "../index.ts";

export const onboarding: Translated<typeof en> = {
  title: "Configurar la hermandad",
  lead: "Cinco pasos cortos. Omite los que quieras; esta página recuerda tu avance.",
  steps: {
    loot: "Sistema de botín",
    schedule: "Noches de banda",
    history: "Traer el historial",
    roster: "Plantilla",
    invitations: "Invitaciones",
  },
  states: { done: "hecho", skipped: "omitido", open: "pendiente" },
  skip: "Omitir paso",
  finish: "Abrir hermandad",
  loot: "Sistema de botín",
  lootLead: "La mayoría usa DKP. Tras la primera recompensa ya no se puede cambiar.",
  kinds: {
    dkp: "DKP: ganas puntos en las bandas y los gastas en botín",
    epgp: "EPGP: esfuerzo dividido por equipo",
    "zero-sum": "Suma cero: lo que uno gasta lo ganan los demás",
  },
  kindHints: {
    dkp: "La asistencia da puntos. Los puntos pagan objetos.",
    epgp: "Puntos de esfuerzo y de equipo. La mejor proporción va primero.",
    "zero-sum": "El precio de un objeto se reparte entre quienes están presentes.",
  },
  schedule: "Noches de banda",
  scheduleLead: "Las horas son de la zona de la hermandad. Cada miembro ve también su hora.",
  timeZone: "Zona horaria",
  weekdays: "Días",
  days: {
    d1: "lunes",
    d2: "martes",
    d3: "miércoles",
    d4: "jueves",
    d5: "viernes",
    d6: "sábado",
    d7: "domingo",
  },
  startsAt: "Hora de inicio",
  endsAt: "Hora de fin",
  example: "Banda de ejemplo",
  exampleLead:
    "Ocho personas y tres noches de banda en un fondo aparte. Puedes quitarlas cuando quieras.",
  exampleAdd: "Añadir ejemplo",
  exampleRemove: "Quitar ejemplo",
  poolHasEntries:
    "Ya se han dado puntos, así que el sistema de botín no se puede cambiar. Sigue con el paso siguiente.",
  errors: {
    input: "Hay datos no válidos. Corrígelos y vuelve a enviar.",
    timeZone: "Elige una zona horaria de la lista.",
    weekdays: "Elige al menos un día.",
    startsAt: "Escribe una hora, como 20:00.",
    endsAt: "Escribe una hora, como 23:00.",
  },
};
