import type { keys as en } from "../en/keys.ts";
import type { Translated } from "../index.ts";

export const keys: Translated<typeof en> = {
  title: "Claves de API",
  lead: "Con una clave un programa actúa por esta hermandad: envía registros o lee lo que ven los miembros.",
  name: "Nombre",
  scopes: "Qué puede hacer",
  scopeNames: {
    stream: "Enviar un registro mientras se escribe",
    query: "Leer lo que ven los miembros",
    upload: "Subir registros",
    admin: "Actuar como administrador, salvo miembros, ajustes y claves",
  },
  create: "Crear una clave",
  made: "Esta es la clave. Cópiala ahora: solo se muestra esta vez.",
  key: "Clave",
  none: "Aún no hay claves. Programas como el seguidor de registros necesitan una.",
  maker: "Creada por",
  lastUsed: "Último uso",
  never: "nunca",
  requests: "Peticiones en 90 días",
  rotate: "Rotar",
  revoke: "Revocar",
  revoked: "revocada",
  ends: "Termina",
  usage: "Peticiones por día",
  limits: "Eventos por minuto",
  back: "Ajustes",
  state: "Estado",
  active: "activa",
  expired: "caducada",
};
