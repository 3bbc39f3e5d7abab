import type { keys as en } from "../en/keys.ts";
import type { Translated } from "../index.ts";

export const keys: Translated<typeof en> = {
  title: "Claves de API",
  lead: "Un programa con una clave actúa por esta hermandad: sube logs o lee lo que ven los miembros.",
  name: "Nombre",
  scopes: "Permisos",
  scopeNames: {
    stream: "Enviar un log mientras se escribe",
    query: "Leer lo que ven los miembros",
    upload: "Subir logs",
    identity: "Subir la lista del addon",
    admin: "Actuar con el rango de admin, salvo miembros, ajustes y claves",
  },
  create: "Crear clave",
  made: "Esta es la clave. Cópiala ahora: solo se muestra una vez.",
  key: "Clave",
  none: "Aún no hay claves. Las necesitan programas como el que envía logs en directo y el acompañante.",
  maker: "Creada por",
  lastUsed: "Último uso",
  never: "nunca",
  requests: "Peticiones en 90 días",
  rotate: "Rotar clave",
  revoke: "Revocar clave",
  revoked: "revocada",
  ends: "Caduca",
  usage: "Peticiones por día",
  limits: "Eventos por minuto",
  back: "Ajustes",
  state: "Estado",
  active: "activa",
  expiry: "Caduca después de",
  expiryHint:
    "Renueva las claves más o menos cada mes. Recibirás un único recordatorio por correo.",
  afterDays: (days) => `${days} días`,
  noExpiry: "Nunca",
  emails: {
    oldSubject: "Es hora de renovar una clave de API",
    oldText: (name, key, guild, days, page) =>
      `Hola, ${name}:

La clave de API «${key}» de la hermandad «${guild}» tiene ${days} días. Recomendamos una clave nueva cada
mes. Al renovarla se crea una sucesora, y la antigua funciona un día más:

${page}

Este es el único recordatorio para esta clave.
`,
    networkSubject: "Una clave de API se usa desde una red nueva",
    networkText: (name, key, guild, network, page) =>
      `Hola, ${name}:

La clave de API «${key}» de la hermandad «${guild}» se ha usado por primera vez desde la red ${network}.

Si no sabes por qué, revoca la clave:

${page}
`,
    volumeSubject: "Más peticiones de lo normal con una clave de API",
    volumeText: (name, key, guild, requests, page) =>
      `Hola, ${name}:

Ayer se hicieron ${requests} peticiones con la clave de API «${key}» de la hermandad «${guild}». Son muchas
más que en los días anteriores.

Si no sabes por qué, revoca la clave:

${page}
`,
  },
  expired: "caducada",
};
