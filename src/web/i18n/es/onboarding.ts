import type { onboarding as en } from "../en/onboarding.ts";
import type { Translated } from "../index.ts";

export const onboarding: Translated<typeof en> = {
  title: "Preparar la hermandad",
  lead: "Cuatro pasos cortos. Salta lo que quieras; esta página recuerda dónde ibas.",
  steps: {
    loot: "Cómo se reparte el botín",
    schedule: "Noches de banda",
    roster: "La plantilla",
    invitations: "Invitaciones",
  },
  states: { done: "hecho", skipped: "saltado", open: "pendiente" },
  skip: "Saltar este paso",
  finish: "A la hermandad",
  loot: "Reglas de botín",
  lootLead: "Primero lo que sirve a la mayoría. Una vez dados puntos, el fondo se queda como es.",
  kinds: {
    dkp: "DKP: puntos por asistir, que se gastan en botín",
    epgp: "EPGP: esfuerzo dividido por equipo",
    "zero-sum": "Suma cero: lo que uno gasta lo ganan los demás",
  },
  kindHints: {
    dkp: "Todos ganan puntos por estar y pagan con ellos los objetos.",
    epgp: "Puntos de esfuerzo y de equipo; primero la mejor proporción.",
    "zero-sum": "El precio de un objeto se reparte entre quienes estaban.",
  },
  schedule: "Noches de banda",
  scheduleLead: "En la zona horaria de la hermandad; cada cual ve al lado su propia hora.",
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
  startsAt: "Empieza",
  endsAt: "Termina",
  example: "Pruébalo con una banda de ejemplo",
  exampleLead:
    "Ocho personas y tres noches de banda, en un fondo aparte. Un clic lo quita todo de nuevo.",
  exampleAdd: "Llenar con una banda de ejemplo",
  exampleRemove: "Quitar el ejemplo",
  poolHasEntries: "Ya se dieron puntos, así que las reglas de este fondo se quedan como están.",
  errors: {
    input: "Algo de lo escrito no es correcto. Mira cada campo.",
    timeZone: "Elige una zona horaria de la lista.",
    weekdays: "Elige al menos un día.",
    startsAt: "Usa horas y minutos, como 20:00.",
    endsAt: "Usa horas y minutos, como 23:00.",
  },
};
