import type { operations as en } from "../en/operations.ts";
import type { Translated } from "../index.ts";

export const operations: Translated<typeof en> = {
  jobsLead: "Tareas pendientes, en curso y terminadas. Horas en UTC.",
  jobs: "Tareas",
  noJobs: "Sin resultados. Cambia o quita los filtros.",
  runs: "Tareas terminadas",
  noRuns: "Sin resultados en las últimas dos semanas. Cambia o quita los filtros.",
  kind: "Tipo",
  state: "Estado",
  states: { running: "en curso", failing: "con errores", due: "pendiente", waiting: "en espera" },
  cancelling: "en cancelación",
  outcome: "Resultado",
  outcomes: { done: "hecha", failed: "con error", cancelled: "cancelada" },
  guild: "Hermandad",
  platform: "Plataforma",
  due: "Prevista",
  attempts: "Intentos",
  detail: "Detalle",
  finished: "Terminada",
  took: "Duración",
  runNow: "Ejecutar ahora",
  cancel: "Cancelar tarea",
  fleetLead: "La base de datos de cada hermandad: servidor, esquema y estado.",
  map: "Hermandades por esquema, servidor y estado",
  upToDate: "Al día",
  yes: "sí",
  no: "no",
  begin: "Iniciar despliegue",
  nothingBehind: (version: number) =>
    `Todas las hermandades tienen el esquema ${version}. No hay nada que migrar.`,
  behind: (guilds: number, version: number) =>
    `${guilds === 1 ? "1 hermandad no tiene" : `${guilds} hermandades no tienen`} aún el esquema ${version}. Un despliegue las migra en estas tandas:`,
  statements: "Sentencias que se ejecutan en cada hermandad",
  destructive: "borra datos",
  keepCopies: "Guardar una copia de cada base de datos para poder revertir",
  allowDestructive: "Permitir el borrado de datos",
  rollouts: "Despliegues",
  noRollouts: "Aún no hay despliegues.",
  newest: "Último despliegue",
  abandoned: "su proceso terminó",
  rollout: {
    running: "en curso",
    paused: "en pausa",
    stopped: "detenido",
    halted: "interrumpido",
    failed: "terminó con errores",
    done: "hecho",
    superseded: "sustituido",
    reverted: "revertido",
  },
  started: "Iniciado",
  target: "Esquema de destino",
  by: "Iniciado por",
  progress: (done: number, failed: number, all: number) =>
    `${done} de ${all} hechas${failed > 0 ? `, ${failed} con error` : ""}`,
  failures: "Errores por causa",
  cause: "Causa",
  guilds: "Hermandades",
  which: "Nombres",
  pause: "Pausar despliegue",
  resume: "Reanudar despliegue",
  retry: "Reanudar y reintentar",
  outbox: {
    title: "Bandeja de salida",
    lead: "Correos y mensajes de Discord que no se enviaron. Las horas están en UTC.",
    dead: (letters: number) =>
      letters === 1 ? "1 mensaje sin enviar" : `${letters} mensajes sin enviar`,
    none: "Se han enviado todos los mensajes.",
    givenUp: "Abandonado",
    retry: "Enviar de nuevo",
    discard: "Descartar",
  },
  backupsLead: "Primero las hermandades cuyos cambios llevan más tiempo sin copia. Horas en UTC.",
  late: (guilds: number) =>
    `${guilds === 1 ? "1 hermandad no tiene" : `${guilds} hermandades no tienen`} una copia comprobada de sus últimos cambios.`,
  copies: "Últimas copias",
  newestGood: "Última copia comprobada",
  completeUntil: "Completa hasta",
  none: "ninguna",
  last: "Último intento",
  size: "Tamaño",
  platformCopies: "Copias de la plataforma",
  noCopies: "Aún no hay copias. La primera llega en una hora como mucho.",
  taken: "Creada",
  key: "Clave",
  emails: {
    lateSubject: (guilds: number) =>
      guilds === 1
        ? "1 hermandad no tiene copias recientes"
        : `${guilds} hermandades no tienen copias recientes`,
    lateText: (name: string, guilds: number, slugs: string, page: string) =>
      `Hola, ${name}:

${guilds === 1 ? "1 hermandad no tiene" : `${guilds} hermandades no tienen`} una copia comprobada de las últimas horas:
${slugs}

Esta página muestra los últimos intentos:
${page}

Ejecuta "guildhall doctor" para buscar la causa. Este correo llega una vez al día hasta que todas
las hermandades vuelvan a tener copia.`,
  },
};
