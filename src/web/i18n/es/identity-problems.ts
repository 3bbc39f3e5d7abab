/** Sentences for problems of identity. */
export const identityProblems = {
  "auth/characters-refused":
    "Battle.net no mostró tus personajes. Empieza de nuevo y acepta compartir tu perfil del juego.",
  "identity/bad-export":
    "No es una exportación completa del addon. Escríbela de nuevo con /reload y súbela otra vez.",
  "identity/changed": "Los vínculos acaban de cambiar. Recarga la página y repite el cambio.",
  "identity/character-not-found": "Ninguna fuente ha visto este personaje.",
  "identity/issue-not-found": "No existe esa incidencia abierta. Puede que ya esté resuelta.",
  "identity/link-not-found": "No existe ese vínculo. Puede que haya terminado.",
  "identity/member-not-found": "El servidor de Discord no tiene ese miembro.",
  "identity/members-quarantined":
    "En la respuesta de Discord faltan muchos miembros. Queda retenida y no ha cambiado nada.",
  "identity/not-configured":
    "Esta fuente no está configurada. Indícala en los ajustes y guarda su secreto en las conexiones.",
  "identity/proof-not-found": "No tienes esa prueba abierta. Recarga la página.",
  "identity/proved-already": "Ya demostraste que este personaje es tuyo.",
  "identity/roster-quarantined":
    "En la lista faltan muchos personajes. Queda retenida y no ha cambiado nada.",
  "identity/server-taken": "Otra hermandad ya conectó este servidor de Discord.",
  "identity/suggestion-not-found": "Esta pareja ya no se sugiere.",
  "identity/too-many-proofs":
    "Tienes demasiados códigos abiertos. Retira uno o espera a la próxima exportación.",
  "identity/upstream-busy":
    "El servicio pidió menos peticiones. La próxima lectura lo intentará de nuevo.",
  "identity/upstream-missing":
    "El servicio no conoce esta hermandad, personaje o servidor. Revisa los ajustes.",
  "identity/upstream-refused":
    "El servicio rechazó la petición. Revisa el cliente o el bot en las conexiones.",
  "identity/upstream-unavailable":
    "El servicio no respondió. La próxima lectura lo intentará de nuevo.",
  "identity/upstream-unreadable":
    "No se pudo leer la respuesta del servicio. La próxima lectura lo intentará de nuevo.",
  "identity/verified": "El dueño del personaje demostró que es suyo. Quita antes ese vínculo.",
} as const;
