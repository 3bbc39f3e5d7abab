/** The problems of raids, in Spanish. */
export const raidProblems = {
  "raids/already-there": "Ya estás en la banda.",
  "raids/attendance-changed":
    "Otra persona cambió la asistencia desde que la abriste. Compara y guarda de nuevo.",
  "raids/bad-people":
    "Hay personas que no están activas en la plantilla. Actualiza la lista y elige de nuevo.",
  "raids/bad-time": "Elige un día, o al menos un día de la semana.",
  "raids/begun": "Esta banda ha empezado o ha terminado, así que no se puede cambiar.",
  "raids/bench-closed":
    "El banquillo está abierto desde una hora antes de la banda hasta que termina.",
  "raids/nobody-there": "Aún no hay nadie presente en esta banda. Guarda antes la asistencia.",
  "raids/not-begun": "Esta banda aún no ha empezado.",
  "raids/not-found": "Esa banda no existe.",
  "raids/not-planned": "Esta banda ya ha empezado o se canceló.",
  "raids/not-running": "Esta banda no está en curso.",
  "raids/other-pool":
    "Esta banda se juega con otro fondo. Deja el fondo vacío o elige el de la banda.",
  "raids/over": "Esta banda ha terminado o se canceló.",
  "raids/period-too-long":
    "Este periodo tiene más bandas de las que caben en un archivo. Elige uno más corto.",
  "raids/series-not-found": "Esa banda semanal no existe.",
  "raids/team-name-taken": "Otro equipo de banda tiene este nombre. Elige otro.",
  "raids/team-not-found": "Ese equipo de banda no existe.",
  "raids/too-many-series": "La hermandad tiene demasiadas bandas semanales. Finaliza antes una.",
  "raids/too-many-teams": "La hermandad tiene demasiados equipos de banda. Elimina antes uno.",
} as const;
