import type { operations as en } from "../en/operations.ts";
import type { Translated } from "../index.ts";

export const operations: Translated<typeof en> = {
  jobsLead: "Qué toca, qué está en curso y en qué quedó. Horas en UTC.",
  jobs: "Tareas",
  noJobs: "Ninguna tarea es así.",
  runs: "Lo que se hizo",
  noRuns: "Nada así en las últimas dos semanas.",
  kind: "Tipo",
  state: "Estado",
  states: { running: "en curso", failing: "con fallos", due: "toca ya", waiting: "en espera" },
  cancelling: "cancelándose",
  outcome: "Resultado",
  outcomes: { done: "hecha", failed: "fallida", cancelled: "cancelada" },
  guild: "Hermandad",
  platform: "Plataforma",
  due: "Para cuándo",
  attempts: "Intentos",
  detail: "Detalle",
  finished: "Terminada",
  took: "Duró",
  runNow: "Hacer ahora",
  cancel: "Cancelar",
  fleetLead: "La base de datos de cada hermandad: dónde está, con qué esquema y en qué estado.",
  map: "Hermandades por esquema, servidor y estado",
  upToDate: "Al día",
  yes: "sí",
  no: "no",
  begin: "Empezar un despliegue",
  nothingBehind: (version: number) =>
    `Todas las hermandades tienen el esquema ${version}. No hay nada que hacer.`,
  behind: (guilds: number, version: number) =>
    `${guilds} ${guilds === 1 ? "hermandad no tiene" : "hermandades no tienen"} aún el esquema ${version}. Se migrarían en estas tandas:`,
  statements: "Lo que se ejecutaría en cada hermandad",
  destructive: "quita datos",
  keepCopies: "Guardar una copia de cada base de datos, para poder volver",
  allowDestructive: "Se pueden quitar datos",
  rollouts: "Despliegues",
  noRollouts: "Aún no hubo ninguno.",
  newest: "Último despliegue",
  abandoned: "su proceso murió",
  rollout: {
    running: "en curso",
    paused: "en pausa",
    stopped: "detenido",
    halted: "interrumpido",
    failed: "terminó con fallos",
    done: "hecho",
    superseded: "sustituido",
    reverted: "revertido",
  },
  started: "Empezado",
  target: "Al esquema",
  by: "Por",
  progress: (done: number, failed: number, all: number) =>
    `${done} de ${all} hechas${failed > 0 ? `, ${failed} fallidas` : ""}`,
  failures: "Fallos por causa",
  cause: "Causa",
  guilds: "Hermandades",
  which: "Cuáles",
  pause: "Pausar",
  resume: "Continuar",
  retry: "Continuar y reintentar lo que falló",
  backupsLead: "Primero las hermandades que más esperan una copia buena. Horas en UTC.",
  late: (guilds: number) =>
    `${guilds} ${guilds === 1 ? "hermandad no tiene" : "hermandades no tienen"} una copia buena de las últimas horas.`,
  copies: "Últimas copias",
  newestGood: "Última copia buena",
  none: "ninguna",
  last: "Último intento",
  size: "Ocupa",
  platformCopies: "Copias de la plataforma",
  noCopies: "Aún no hay copias. La primera llega en una hora como mucho.",
  taken: "Hecha",
  key: "Clave",
  letters: {
    lateSubject: (guilds: number) =>
      guilds === 1
        ? "Una hermandad está sin copias de seguridad"
        : `${guilds} hermandades están sin copias de seguridad`,
    lateText: (name: string, guilds: number, slugs: string, page: string) =>
      `Hola, ${name}:

${guilds === 1 ? "una hermandad no tiene" : `${guilds} hermandades no tienen`} una copia buena de las últimas horas:
${slugs}

Aquí está lo que pasó en los últimos intentos:
${page}

"guildhall doctor" busca la causa. Esta carta llega una vez al día hasta que todas las
hermandades vuelvan a tener copia.`,
  },
};
