import type { plans as en } from "../en/plans.ts";
import type { Translated } from "../index.ts";

export const plans: Translated<typeof en> = {
  title: "Plan y uso",
  plan: "Plan",
  plans: "Planes",
  lead: "Un plan mayor solo quita límites. Uno menor nunca borra nada.",
  usage: "En uso",
  included: "Incluido",
  limits: {
    guildsPerAccountMax: "Hermandades del dueño en este plan",
    membersMax: "Miembros",
    retentionDays: "Días que se guardan los registros",
    keysMax: "Claves de API",
    eventsPerMinuteMax: "Eventos de registro por minuto",
    connectionsMax: "Conexiones en directo a la vez",
    logBytesMax: "Bytes de registros",
  },
  logStorage: "Espacio para registros",
  features: "Funciones",
  featureNames: {
    analytics: "Análisis",
  },
  none: "ninguna",
  unlimited: "sin límite",
  over: "Esta hermandad tiene más de lo que admite su plan. Lo que sobra se puede leer, pero no ampliar; no se ha borrado nada.",
  larger: "Un plan mayor",
  noLarger: "No hay un plan mayor",
  askOperator: "Pide a quien lleva esta plataforma que dé a tu hermandad un plan mayor.",
  pay: (plan: string) => `Pagar ${plan}`,
  manage: "Cambiar o terminar el pago",
  payLead: "Un plan se paga mes a mes, y puedes terminarlo cuando quieras.",
  ownerPays: "Solo el dueño de la hermandad puede pagar un plan.",
  smaller:
    "Si un plan termina, lo que pase de sus límites queda de solo lectura hasta que haya sitio.",
  sources: { grant: "dado por un operador", stripe: "pagado" },
  operatorLead:
    "Lo que admite cada plan. Un cambio vale enseguida para todas las hermandades del plan.",
  editLead: "Deja un campo vacío para no poner límite. Lo que pase de uno menor queda en lectura.",
  edit: "Cambiar límites",
  grant: "Dar un plan",
  grantLead: "Sin pago, hasta un día o para siempre. Lo que esté pagado sigue además.",
  until: "Hasta",
  untilHint: "Vacío es para siempre.",
  revoke: "Retirar el regalo",
};
