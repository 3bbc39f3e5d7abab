import type { plans as en } from "../en/plans.ts";
import type { Translated } from "../index.ts";

export const plans: Translated<typeof en> = {
  title: "Plan y uso",
  plan: "Plan",
  plans: "Planes",
  lead: "Un plan superior amplía los límites. Uno inferior nunca borra datos.",
  usage: "Uso",
  included: "Incluido",
  limits: {
    guildsPerAccountMax: "Hermandades del líder en este plan",
    membersMax: "Miembros",
    retentionDays: "Conservación de los logs (días)",
    keysMax: "Claves de API",
    eventsPerMinuteMax: "Eventos de log por minuto",
    connectionsMax: "Conexiones en directo",
    logBytesMax: "Espacio para logs (bytes)",
    databaseBytesMax: "Tamaño de la base de datos (bytes)",
    requestsPerMinuteMax: "Solicitudes por minuto",
  },
  logStorage: "Espacio para logs",
  databaseStorage: "Tamaño de la base de datos",
  features: "Funciones",
  featureNames: {
    analytics: "Análisis",
    "custom-domain": "Dominio propio",
  },
  none: "ninguna",
  unlimited: "sin límite",
  over: "Esta hermandad supera los límites de su plan. Lo que sobra se puede leer, pero no cambiar. No se ha borrado nada.",
  larger: "Plan superior",
  noLarger: "No hay un plan superior",
  askOperator: "Pide un plan superior a quien administra la plataforma.",
  pay: (plan: string) => `Pagar ${plan}`,
  manage: "Gestionar pago",
  payLead: "Se paga mes a mes y puedes cancelar cuando quieras.",
  ownerPays: "Solo quien lidera la hermandad puede pagar un plan.",
  smaller:
    "Cuando un plan termina, lo que supera los límites queda de solo lectura hasta que haya sitio.",
  sources: { grant: "concedido por un operador", stripe: "pagado" },
  operatorLead:
    "Límites de cada plan. Un cambio se aplica enseguida a todas las hermandades del plan.",
  editLead:
    "Deja vacío un límite para no tenerlo. Lo que supere un límite más bajo queda de solo lectura.",
  edit: "Cambiar límites",
  grant: "Conceder plan",
  grantLead: "Sin pago, hasta una fecha o sin fin. Un plan pagado sigue activo además.",
  until: "Hasta",
  untilHint: "Déjalo vacío si no tiene fecha de fin.",
  revoke: "Retirar plan",
};
