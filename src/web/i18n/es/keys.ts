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
  expired: "caducada",
};
