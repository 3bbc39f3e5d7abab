import type { domains as en } from "../en/domains.ts";
import type { Translated } from "../index.ts";

export const domains: Translated<typeof en> = {
  title: "Dominio propio",
  lead: "Muestra la hermandad con un nombre propio, como raids.example.com.",
  notIncluded: "El dominio propio es del plan Premium.",
  plan: "Ver el plan",
  name: "Dominio",
  nameHint: "Sin https://. Necesitas acceso a los registros DNS de este nombre.",
  claim: "Guardar dominio",
  replaceHint: "Otro dominio sustituye a este, que deja de funcionar en el acto.",
  state: "Estado",
  states: {
    pending: "a la espera del registro",
    active: "activo",
    suspended: "en pausa: no está en este plan",
    lost: "perdido: el registro ya no está",
  },
  proof: "Registros DNS",
  proofLead:
    "Añade los dos registros en tu proveedor de DNS y después comprueba. Un cambio tarda de minutos a horas en llegar.",
  recordName: "Nombre del registro TXT",
  recordValue: "Valor del registro TXT",
  target: "Destino del nombre (CNAME)",
  keep: "Conserva el registro TXT. Se comprueba cada día, y sin él la hermandad pierde el dominio.",
  checked: "Última comprobación",
  never: "nunca",
  missing:
    "No se encontró el registro TXT. Vuelve a ponerlo antes de este momento o se pierde el dominio:",
  check: "Comprobar ahora",
  remove: "Quitar dominio",
  signIns: "En este dominio se inicia sesión aparte, con correo y contraseña.",
  emails: {
    activeSubject: "Tu hermandad tiene un dominio propio",
    activeText: (name, guild, domain, page) =>
      `Hola, ${name}:

La hermandad «${guild}» se muestra desde ahora en ${domain}. El dueño de ese dominio decide a qué servidor
lleva, así que inicia sesión allí solo si confías en él.

Si no era lo previsto, quita el dominio aquí:

${page}
`,
    missingSubject: "Falta el registro DNS del dominio de tu hermandad",
    missingText: (name, guild, domain, record, days, page) =>
      `Hola, ${name}:

La hermandad «${guild}» usa el dominio ${domain}. Hoy no se ha encontrado su registro TXT ${record}.

Vuelve a poner el registro en ${days} días o la hermandad perderá el dominio. El registro se muestra aquí:

${page}
`,
    lostSubject: "Tu hermandad ha perdido su dominio",
    lostText: (name, guild, domain, page) =>
      `Hola, ${name}:

La hermandad «${guild}» ya no se muestra en ${domain}, porque su registro TXT ya no está. Han terminado todas
las sesiones en ese dominio. La dirección de la hermandad en esta plataforma funciona como antes.

Para volver a usar el dominio, pon el registro y compruébalo aquí:

${page}
`,
  },
};
