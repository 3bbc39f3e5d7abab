import type { problems as en } from "../en/problems.ts";
import type { Translated } from "../index.ts";

export const problems: Translated<typeof en> = {
  sentences: {
    "about:blank":
      "Algo ha fallado por nuestra parte. Inténtalo de nuevo; si sigue, envíanos el id de la petición.",
    "auth/bad-token": "Este token no es válido. Entra de nuevo para obtener otro.",
    "auth/proof-required": "Escribe tu contraseña una vez más para hacer esto.",
    "auth/required": "Entra para hacer esto.",
    "auth/session-required":
      "Un token de acceso abre una sola hermandad. Usa el token de sesión para esto.",
    "database/busy":
      "La base de datos está ocupada. No se ha cambiado nada; inténtalo dentro de un momento.",
    "dkp/already-reversed":
      "Este apunte ya se deshizo. Haz un apunte nuevo para volver a dar los puntos.",
    "dkp/balance-too-large":
      "Un saldo pasaría a ser mayor de lo que podemos guardar con exactitud. Usa cantidades menores.",
    "dkp/entry-not-found": "No hay tal apunte en el libro de esta hermandad.",
    "dkp/insufficient-balance": "El saldo es demasiado bajo para este precio.",
    "dkp/pool-archived": "Este fondo está archivado. Elige otro.",
    "dkp/pool-has-entries": "Ya se dieron puntos, así que el tipo del fondo se queda como está.",
    "dkp/pool-name-taken": "Un fondo de otro tipo tiene este nombre. Cámbiaselo antes.",
    "dkp/pool-not-found": "Esta hermandad no tiene ese fondo. Mira antes la lista de fondos.",
    "dkp/reversal-is-final":
      "Lo deshecho queda así. Haz un apunte nuevo para volver a dar los puntos.",
    "keys/not-found": "Esta hermandad no tiene esa clave, o se revocó.",
    "keys/too-many": "Esta hermandad tiene ya todas las claves que puede. Revoca una antes.",
    "logs/bad-archive": "Este archivo comprimido no se puede leer. Envía el registro tal cual.",
    "logs/boss-not-found": "No hay tal jefe en los registros de esta hermandad.",
    "logs/no-file": "Elige un archivo que no esté vacío.",
    "logs/bomb": "Este archivo se descomprime en mucho más de lo que ocupa un registro.",
    "logs/chunk-too-large": "Envía el registro en trozos más pequeños.",
    "logs/empty-chunk": "No hay bytes en esta petición.",
    "logs/fight-not-found": "No hay tal combate en los registros de esta hermandad.",
    "logs/longer-than-said": "Han llegado más bytes de los que anunciaba la subida.",
    "logs/nested-archive":
      "Este archivo comprimido contiene otro, que no se descomprime. Envía el propio registro.",
    "logs/no-disk":
      "Este servidor no tiene disco donde guardar registros. Usa Guildhall en Node para eso.",
    "logs/not-cancelable": "Este informe ya terminó. Bórralo en su lugar.",
    "logs/not-receiving": "Este registro ya llegó, o se canceló.",
    "logs/not-stored": "El registro ya no se guarda, así que no se puede leer otra vez.",
    "logs/not-yours": "Otra persona envía este registro. Solo los oficiales pueden intervenir.",
    "logs/report-not-found": "No hay tal informe en esta hermandad.",
    "logs/still-parsing": "Este registro se está leyendo. Cancela eso antes.",
    "logs/ticket-for-people": "Un programa saluda con su propia clave.",
    "logs/too-large":
      "Este archivo es mayor de lo que puede ser un registro. Comprímelo o divídelo.",
    "logs/too-many-uploads":
      "Hay demasiadas subidas empezadas sin terminar. Termina o cancela una.",
    "logs/unreadable": "Este archivo no se pudo leer.",
    "logs/upload-under-way": "Este registro ya se está enviando desde otro lugar.",
    "logs/wrong-offset": "El registro llegó hasta otro byte. Sigue desde ahí.",
    "job/lost": "Otro proceso se ha hecho cargo de este trabajo.",
    "guild/ambiguous":
      "La dirección, la cabecera X-Guild-ID y el token no nombran la misma hermandad. Envía solo uno.",
    "guild/not-found": "No existe esa hermandad, o no puedes verla.",
    "guild/operation-lost": "Otro proceso se ha hecho cargo de esta hermandad.",
    "guild/operation-running": "Se está trabajando en esta hermandad. Inténtalo dentro de poco.",
    "guild/provisioning": "Se está creando la base de datos de esta hermandad.",
    "guild/provisioning-failed":
      "No se pudo crear la base de datos de esta hermandad. Su dueño puede intentarlo de nuevo.",
    "guild/quarantined":
      "La base de datos de esta hermandad no parece correcta y no se sirve. Tiene que mirarla un operador.",
    "guild/schema-behind": "Esta hermandad se está actualizando. Inténtalo de nuevo.",
    "guild/status-changed": "El estado de esta hermandad ha cambiado entretanto. Vuelve a mirar.",
    "guild/storage-full": "No queda espacio para guardar esto.",
    "guild/suspended": "Esta hermandad está suspendida. Pregunta a quien la administra.",
    "guild/too-busy": "Hay demasiada actividad en esta hermandad. Inténtalo de nuevo.",
    "idempotency/bad-key": "Usa una Idempotency-Key de hasta 255 caracteres visibles.",
    "idempotency/in-progress": "La primera petición aún está en curso. Espera.",
    "idempotency/key-reused":
      "Esta Idempotency-Key ya se usó para otra petición. Haz una clave nueva para cada petición.",
    "onboarding/example-in-use":
      "Se dieron puntos en un fondo real a gente del ejemplo. Archívala en la plantilla.",
    "onboarding/example-is-there": "El ejemplo ya está puesto.",
    "platform/closing": "El servidor se está cerrando. Inténtalo dentro de un momento.",
    "request/bad-cursor": "Este enlace de página no es nuestro. Empieza la lista de nuevo.",
    "request/cross-site":
      "Esta petición parece venir de otro sitio. Abre la página aquí e inténtalo de nuevo.",
    "request/malformed": "No se pudo leer la petición. Revisa su formato.",
    "request/no-such-page": "En esta dirección no hay nada.",
    "request/too-large": "Esto es más de lo que aceptamos de una vez.",
    "request/unknown-host": "Esta dirección no se sirve aquí.",
    "roster/already-linked": "Esta persona ya pertenece a un miembro. Vuelve a mirar la plantilla.",
    "roster/character-not-found":
      "No hay tal personaje en esta plantilla. Vuelve a mirar a la persona.",
    "roster/name-taken": "Alguien de la hermandad ya tiene este nombre.",
    "roster/person-not-found": "No hay tal persona en esta plantilla.",
  },
  whatNow: "Qué puedes hacer",
  requestId: "Id de la petición",
  signInHint: "Si perteneces a esta hermandad, entra y abre de nuevo esta dirección.",
  home: "Ir a la página de inicio",

  again: "Intentar de nuevo",
  plan: "Ver plan y uso",
  use: "En uso",
  titles: {
    s400: "No se ha entendido la petición",
    s401: "Primero hay que entrar",
    s402: "Has llegado al límite de tu plan",
    s403: "No tienes permiso para esto",
    s404: "Aquí no hay nada",
    s409: "Eso ya no encaja",
    s413: "Es demasiado grande",
    s422: "Hay algo incorrecto en el formulario",
    s429: "Demasiados intentos",
    s500: "Algo ha fallado por nuestra parte",
    s503: "No disponible ahora mismo",
    s507: "No queda espacio",
  },
};
