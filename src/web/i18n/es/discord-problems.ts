/** Sentences for problems of the Discord bot. */
export const discordProblems = {
  "discord/bad-signature": "Discord no ha firmado esta petición, o la firmó hace demasiado tiempo.",
  "discord/channel-not-here":
    "Elige canales del propio servidor de Discord de la hermandad que el bot pueda ver.",
  "discord/not-connected":
    "Añade primero el bot al servidor de Discord de la hermandad, en los ajustes de identidad.",
  "discord/install-not-valid":
    "Esta conexión empezó en otra sesión o ha caducado. Empieza de nuevo en los ajustes.",
  "discord/link-not-valid":
    "Esta dirección ya se usó o ha caducado. Escribe /link en Discord para tener otra.",
  "discord/linked-already":
    "Un oficial u otro miembro ya vinculó esta cuenta de Discord o tu ficha. Pide a un oficial que termine ese vínculo.",
} as const;
