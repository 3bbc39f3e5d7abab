import type { problems as en } from "../en/problems.ts";
import type { Translated } from "../index.ts";
import { discordProblems } from "./discord-problems.ts";
import { domainProblems } from "./domain-problems.ts";
import { identityProblems } from "./identity-problems.ts";
import { importProblems } from "./import-problems.ts";
import { raidProblems } from "./raid-problems.ts";

export const problems: Translated<typeof en> = {
  sentences: {
    "dkp/transfer-stays":
      "Estos puntos pasaron a otra persona al unir dos fichas. Deshaz la unión en la página de la persona.",
    "about:blank":
      "Algo ha fallado por nuestra parte. Inténtalo de nuevo. Si sigue, envíanos el ID de la petición.",
    "auctions/bad-points": "Escribe un número de puntos válido.",
    "auctions/bad-terms": "Hay datos no válidos. Corrígelos y vuelve a enviar.",
    "auctions/bid-stays":
      "Una puja en una subasta abierta no se puede retirar: otras personas han pujado contra ella.",
    "auctions/bid-too-high": "La puja supera el máximo de esta subasta. Escribe una puja más baja.",
    "auctions/bid-too-low": "La puja no llega al mínimo. Escribe una puja más alta.",
    "auctions/closed": "Esta subasta ya no admite pujas.",
    "auctions/insufficient-points":
      "No tienes suficientes puntos libres. Escribe una puja más baja.",
    "auctions/no-bid": "No tienes ninguna puja en esta subasta.",
    "auctions/not-eligible": "Ninguno de tus personajes puede usar este objeto.",
    "auctions/not-found": "Esa subasta no existe.",
    "auctions/not-in-roster":
      "Solo puede pujar quien está en la plantilla. Pide a un oficial que te añada.",
    "auctions/not-open": "Esta subasta ha terminado. Un oficial puede repetirla.",
    "auctions/not-present":
      "Solo puede pujar quien está presente en la banda. Pide a un oficial que te marque como presente.",
    "auctions/off-spec": "Esta subasta es solo para especializaciones principales.",
    "auctions/outbid": "Otra puja ha llegado antes. Puja más alto para ir en cabeza.",
    "auctions/reopened-already": "Esta subasta ya se ha repetido.",
    "auctions/spec-change":
      "Has pujado con tu espec. principal. Esa puja no puede pasar a la secundaria.",
    "auctions/still-open": "Esta subasta sigue abierta. Cancélala antes.",
    "auctions/too-many": "Hay demasiadas subastas abiertas. Espera a que terminen algunas.",
    "audit/no-secret":
      "Sin el secreto del servidor no se puede firmar nada. Pon el GUILDHALL_SECRET del servidor.",
    "audit/sealed-already": "Otro proceso ya selló estas filas. Continúa con las siguientes.",
    "auth/bad-token": "Este token no es válido. Inicia sesión para obtener otro.",
    "auth/proof-required": "Para continuar, confirma que eres tú.",
    "auth/required": "Inicia sesión para continuar.",
    "auth/session-required":
      "Un token de acceso sirve para una sola hermandad. Usa el token de sesión.",
    "auth/sign-up-closed":
      "Ahora mismo no se pueden crear cuentas. Pregunta a quien administra la plataforma.",
    "backup/not-found": "Esa copia no existe. Elige una de la lista.",
    "backup/not-good": "Esta copia nunca se comprobó. Elige otra.",
    "backup/not-here":
      "Este servidor no tiene disco para copias. Pregunta a quien administra la plataforma.",
    "backup/too-many": "Has llegado al número de copias de un día. Inténtalo mañana.",
    "configuration/no-such-plan": "Ese plan no existe. Elige uno de la lista.",
    "database/busy":
      "La base de datos está ocupada. No se ha cambiado nada. Inténtalo dentro de un momento.",
    "database/damaged":
      "Esta base de datos está dañada. Un operador tiene que repararla antes de continuar.",
    "database/storage-full":
      "El disco de este servidor está lleno. No se ha cambiado nada. Inténtalo cuando haya sitio.",
    "database/unavailable":
      "El servidor no puede abrir sus archivos ahora mismo. Inténtalo dentro de un momento.",
    "database/unreachable":
      "La base de datos no ha respondido. Inténtalo con la misma Idempotency-Key, para que nada se haga dos veces.",
    "dkp/already-reversed":
      "Este movimiento ya está anulado. Para volver a dar los puntos, registra otro.",
    "dkp/bad-people":
      "Hay personas que no están activas o se repiten. Actualiza la lista y elige de nuevo.",
    "dkp/bad-points": "Escribe un número de puntos válido.",
    "dkp/bad-reason": "Escribe un motivo más corto.",
    "dkp/bad-rules": "Hay datos no válidos. Corrígelos y vuelve a enviar.",
    "dkp/bad-time": "Elige una fecha pasada que no sea demasiado antigua.",
    "dkp/balance-too-large":
      "Un saldo superaría el número más alto que podemos guardar. Usa menos puntos.",
    "dkp/behind-decay":
      "Desde esa fecha se ha aplicado desgaste. Da los puntos que quedarían ahora.",
    "dkp/below-minimum":
      "Esta persona tiene menos puntos de esfuerzo que el mínimo del fondo. Elige a otra.",
    "dkp/entry-not-found": "Ese movimiento no existe.",
    "dkp/insufficient-balance":
      "El saldo es demasiado bajo para este precio. Escribe un precio más bajo.",
    "dkp/no-decay": "Este fondo no tiene desgaste. Ponlo antes en sus reglas.",
    "dkp/pool-archived": "Este fondo está archivado. Elige otro.",
    "dkp/pool-has-entries": "Ya se han dado puntos, así que el tipo del fondo no se puede cambiar.",
    "dkp/pool-in-use":
      "Hay subastas abiertas que usan puntos de este fondo. Espera a que terminen.",
    "dkp/pool-is-default": "El fondo principal de la hermandad no se puede archivar.",
    "dkp/pool-name-taken": "Otro fondo tiene este nombre. Elige otro nombre.",
    "dkp/pool-not-found": "Ese fondo no existe. Elige uno de la lista.",
    "dkp/reversal-is-final":
      "Una anulación es definitiva. Para volver a dar los puntos, registra otro movimiento.",
    "dkp/rules-changed":
      "Otra persona ha cambiado estas reglas después de que las abrieras. Compara y guarda de nuevo.",
    "dkp/same-award":
      "Otro oficial acaba de dar los mismos puntos. Confírmalo si quieres darlos otra vez.",
    "guild/ambiguous":
      "La dirección, la cabecera X-Guild-ID y el token nombran hermandades distintas. Envía solo uno.",
    "guild/beyond-own-rights":
      "Solo puedes dar permisos que tú tienes. Elige un rango inferior o menos permisos.",
    "guild/higher-denial":
      "Un rango superior quitó este permiso. Solo ese rango u otro superior puede devolverlo.",
    "guild/migration-waits":
      "Esta hermandad necesita una actualización que debe hacer un operador. Sus datos están a salvo. Inténtalo más tarde.",
    "guild/name-differs": "El nombre no coincide. Escribe el nombre exacto de la hermandad.",
    "guild/not-found": "Esa hermandad no existe o no puedes verla.",
    "guild/older-than-known":
      "La base de datos de esta hermandad es anterior a los datos confirmados. Un operador tiene que restaurarla.",
    "guild/operation-lost":
      "Otro proceso se ha hecho cargo de esta hermandad. Comprueba su estado.",
    "guild/operation-running":
      "Hay otra operación en curso en esta hermandad. Inténtalo dentro de poco.",
    "guild/provisioning":
      "Se está creando la base de datos de esta hermandad. Inténtalo dentro de un momento.",
    "guild/provisioning-failed":
      "No se pudo crear la base de datos de esta hermandad. Quien la lidera puede intentarlo de nuevo.",
    "declared/guild-changed":
      "Esta hermandad ha cambiado en el mismo momento. Ejecuta el comando otra vez.",
    "declared/no-account":
      "Ninguna cuenta tiene la dirección que indica un archivo de hermandad. Antes tiene que registrarse.",
    "declared/no-host":
      "Un archivo de hermandad indica un servidor de datos que no está configurado. Elige otro o configúralo.",
    "declared/run-lost":
      "Otro proceso ha tomado el relevo. Ejecuta el comando otra vez para ver qué queda.",
    "declared/running":
      "Otro proceso está aplicando archivos de hermandades. Inténtalo cuando termine.",
    "guild/protected":
      "Esta hermandad está protegida. Primero tiene que desbloquearla un operador.",
    "guild/quarantined":
      "La base de datos de esta hermandad no ha superado una comprobación y no está disponible. Tiene que mirarla un operador.",
    "guild/schema-behind": "Esta hermandad se está actualizando. Inténtalo dentro de un momento.",
    "guild/status-changed":
      "El estado de esta hermandad ha cambiado. Compruébalo e inténtalo de nuevo.",
    "guild/storage-full":
      "No queda espacio para guardar esto. No se ha cambiado nada. Borra lo que no haga falta.",
    "guild/suspended": "Esta hermandad está suspendida. Pregunta a quien administra la plataforma.",
    "guild/too-busy": "Hay demasiada actividad en esta hermandad. Inténtalo dentro de un momento.",
    "guild/writes-blocked":
      "Esta hermandad no admite cambios ahora mismo. No se ha cambiado nada. Inténtalo dentro de poco.",
    "idempotency/bad-key": "Usa una Idempotency-Key de hasta 255 caracteres visibles.",
    "idempotency/in-progress": "La primera petición sigue en curso. Espera su respuesta.",
    "idempotency/key-reused":
      "Esta Idempotency-Key ya se usó para otra petición. Crea una clave para cada petición.",
    "idempotency/shown-once":
      "Ya se hizo, y su secreto se mostró una sola vez. Si no lo recibiste, revócalo y crea otro con una Idempotency-Key nueva.",
    "invitation/removed-since":
      "Te expulsaron de esta hermandad después de crear este enlace. Pide otra invitación.",
    "job/lost": "Otro proceso se ha hecho cargo de esta tarea.",
    "outbox/not-found": "Ese mensaje ya no está entre los no enviados. Recarga la lista.",
    "job/not-found": "Esa tarea ya terminó o no existe. Mira las tareas terminadas.",
    "job/under-way": "Esta tarea está en curso. Actualiza la página dentro de un momento.",
    "keys/not-found": "Esa clave no existe o se revocó.",
    "keys/rotated-already": "Esta clave ya se rotó. Rota la que la sustituye.",
    ...discordProblems,
    ...identityProblems,
    ...domainProblems,
    ...importProblems,
    "live/too-many-strangers":
      "Demasiadas conexiones en directo de tu dirección no se han identificado. Identifica o cierra algunas.",
    "live/too-many-streams":
      "Tienes demasiadas páginas en directo abiertas. Cierra una y actualiza esta.",
    "logs/bad-archive": "Este archivo comprimido está dañado. Sube el log sin comprimir.",
    "logs/bomb": "Este archivo contiene muchos más datos que un log. Sube el log sin comprimir.",
    "logs/boss-not-found": "Ese jefe no aparece en los logs.",
    "logs/cut-off":
      "Este archivo comprimido termina antes de tiempo. Sube otra vez el archivo entero.",
    "logs/not-a-log": "Esto no es un registro de combate. Sube el archivo que escribió el juego.",
    "logs/player-not-found": "Ese jugador no aparece en los logs.",
    "logs/packed-otherwise":
      "Este archivo está comprimido con un método que aquí no se lee, como bzip2, LZMA o RAR. " +
      "Comprímelo como .gz, o como .zip con Deflate.",
    "logs/other-encoding": "Este texto está en UTF-16. Sube el archivo que escribió el juego.",
    "logs/empty-chunk": "La petición no tiene contenido. Envía los bytes siguientes del log.",
    "logs/fight-not-found": "Ese combate no existe en los logs.",
    "logs/longer-than-said": "La subida es mayor de lo anunciado. Empieza otra subida.",
    "logs/nested-archive": "Este archivo comprimido contiene otro. Sube el log sin comprimir.",
    "logs/no-disk": "Este servidor no puede guardar logs. Para guardarlos, usa Guildhall en Node.",
    "logs/no-file": "Elige un archivo que no esté vacío.",
    "logs/not-cancelable": "Este informe ya terminó. Bórralo en su lugar.",
    "logs/not-receiving": "Este log ya está completo o se canceló.",
    "logs/not-stored": "El archivo del log ya no se guarda, así que no se puede analizar otra vez.",
    "logs/fights-moved":
      "Hay combates de este log en otra hermandad. Un operador puede deshacer esa transferencia.",
    "logs/not-yours": "Otra persona está subiendo este log. Solo los oficiales pueden cambiarlo.",
    "logs/out-of-memory": "Analizar este log necesita demasiada memoria. Divídelo en varios.",
    "logs/report-not-found": "Ese informe no existe.",
    "logs/still-parsing": "Este log se está analizando. Cancela antes el análisis.",
    "logs/ticket-for-people": "Un programa se identifica con su propia clave.",
    "logs/too-large": "Este log es demasiado grande. Divídelo en varios.",
    "logs/too-many-fights": "Este log tiene demasiados combates o mazmorras. Divídelo en varios.",
    "logs/too-many-files":
      "Este archivo comprimido contiene demasiados archivos. Sube el log sin comprimir.",
    "logs/too-many-names": "Este log tiene demasiadas unidades o hechizos. Divídelo en varios.",
    "logs/too-many-uploads": "Hay demasiadas subidas sin terminar. Termina o cancela una.",
    "logs/unreadable":
      "Este archivo no es un registro de combate legible. Sube el archivo que escribió el juego.",
    "logs/upload-under-way": "Este log ya se está subiendo desde otro lugar.",
    "logs/wrong-offset": "La subida continúa en otro byte. Sigue desde ahí.",
    "loot/bad-loot": "Hay datos no válidos. Corrígelos y vuelve a enviar.",
    "loot/council-not-found": "Ese consejo de botín no existe.",
    "loot/council-over": "Este consejo de botín ya ha decidido.",
    "loot/not-found": "Ese objeto no está en la lista de botín.",
    "loot/reverted-already": "Esta entrega ya está anulada.",
    "onboarding/example-is-there": "El ejemplo ya está añadido.",
    "operator/email-unverified":
      "El correo de esta cuenta no está confirmado. Quien la usa tiene que confirmarlo antes.",
    "operator/forbidden": "Tus permisos de operador no incluyen esta parte de la plataforma.",
    "operator/impersonating":
      "Ves Guildhall como otra persona. Solo ella puede cambiar su cuenta, sus rangos, sus claves y la propiedad.",
    "operator/is-operator": "No puedes suplantar a un operador ni a ti mismo.",
    "operator/no-account":
      "Ninguna cuenta tiene este correo. Quien lo usa tiene que crear antes una cuenta.",
    "operator/no-areas": "Elige al menos un área.",
    "operator/no-such-account": "Ninguna cuenta tiene este correo o ID. Elige una de la lista.",
    "operator/no-such-guild": "Ninguna hermandad tiene este ID. Elige una de la lista.",
    "operator/not-found": "Esta cuenta no es de un operador.",
    "operator/verified-already": "Este correo ya está confirmado. No hace falta enviar nada.",
    "payment/bad-signature":
      "Este mensaje es demasiado antiguo o no está firmado por el proveedor de pagos. Envíalo de nuevo.",
    "payment/known": "Este mensaje ya se recibió.",
    "payment/not-configured":
      "Aquí no se puede pagar. Pide un plan superior a quien administra la plataforma.",
    "payment/unavailable":
      "El proveedor de pagos no responde. No se ha pagado nada. Inténtalo más tarde.",
    "persons/already-joined": "Una de estas personas ya está unida con otra. Actualiza la página.",
    "persons/archived":
      "Esta persona está archivada. Restáurala primero en su página o elige otra persona.",
    "persons/bids-need-points":
      "Las pujas abiertas de una persona necesitarían más puntos de los que tiene. Espera a que terminen las subastas o cancela una.",
    "persons/changed":
      "Algo de estas personas acaba de cambiar. Actualiza la página y repite el cambio.",
    "persons/claim-changed":
      "El miembro ha elegido otro personaje desde entonces. Actualiza la página y decide de nuevo.",
    "persons/claim-not-found": "Ese miembro ya no espera una decisión. Actualiza la página.",
    "persons/join-not-found": "Ese cambio de personas no existe.",
    "persons/linked-already":
      "Ya tienes un personaje en esta hermandad. Pide a un oficial que lo cambie.",
    "persons/not-joinable":
      "Elige dos personas distintas de la plantilla. Las del ejemplo no se pueden unir, y el único personaje de una persona no puede ser una persona nueva.",
    "persons/two-discord-accounts":
      "Cada una tiene una cuenta de Discord y una persona solo puede tener una. Quita antes uno de los dos vínculos.",
    "persons/two-logins":
      "Ambas tienen una cuenta de miembro, y una cuenta se quedaría sin persona. Expulsa antes de la hermandad a uno de los dos miembros.",
    "persons/undo-later-first":
      "Un cambio posterior movió algo de una de estas personas. Deshaz antes el cambio posterior.",
    "persons/undone-already": "Este cambio ya está deshecho.",
    "plan/analytics":
      "El análisis es del plan Premium. Quien lidera la hermandad puede subir de plan.",
    "plan/custom-domain":
      "El dominio propio es del plan Premium. Quien lidera la hermandad puede subir de plan.",
    "plan/changed": "Otro proceso ha cambiado este plan. Actualiza la página.",
    "plan/keys":
      "La hermandad ha llegado al número de claves de su plan. Revoca una o sube de plan.",
    "plan/log-storage":
      "No queda sitio para este log en el plan de la hermandad. Borra logs antiguos o sube de plan.",
    "plan/no-grant": "Esta hermandad no tiene ningún plan concedido.",
    "plan/not-for-sale": "Este plan no se vende aquí. Elige otro.",
    "plan/not-found": "Ese plan no existe.",
    "plan/not-paid": "Esta hermandad aún no tiene ningún pago.",
    "plan/paid-already": "Esta hermandad ya paga un plan. Cambia ese pago.",
    "plan/past": "Esa fecha ya pasó. Elige una posterior o deja el campo vacío.",
    "plan/read-only":
      "La hermandad supera su plan, así que esto es de solo lectura. Quien la lidera puede subir de plan.",
    "platform/closing": "El servidor se está cerrando. Inténtalo dentro de un momento.",
    "platform/data-moved":
      "La carpeta de las bases de datos no está en su sitio, así que no se ha guardado nada. Inténtalo dentro de un momento.",
    ...raidProblems,
    "request/bad-address": "No se puede leer la dirección. Comprueba si tiene caracteres raros.",
    "request/bad-cursor": "Este enlace de página no es válido. Empieza por la primera página.",
    "request/bad-text":
      "El texto tiene un carácter que no se puede guardar. Escríbelo en lugar de pegarlo.",
    "request/cross-site":
      "Esta petición viene de otro sitio. Abre la página aquí e inténtalo de nuevo.",
    "request/cut-off":
      "La conexión terminó antes de que llegara toda la petición. Envíala de nuevo.",
    "request/malformed": "No se puede leer la petición. Revisa su JSON.",
    "request/malformed-form":
      "No se puede leer el formulario. Actualiza la página y envíalo de nuevo.",
    "request/no-such-page": "En esta dirección no hay ninguna página.",
    "request/no-websocket":
      "Este servidor no admite WebSocket. Sube el log después de la banda o usa Guildhall en Node.",
    "request/too-complex":
      "Esta petición tiene demasiados campos o demasiados niveles. Envía menos de una vez.",
    "request/too-large": "Esta petición es demasiado grande. Envía menos de una vez.",
    "request/too-many-bodies":
      "Hay demasiadas peticiones incompletas desde tu dirección. Termina antes algunas.",
    "request/too-slow":
      "La petición no llegó a tiempo. Envíala de nuevo con una conexión más rápida.",
    "request/two-hosts":
      "Esta petición nombra varios servidores. Envía exactamente una cabecera Host.",
    "request/unknown-host": "Esta dirección no se sirve aquí. Revisa el nombre del servidor.",
    "rollout/bad-wave": "Una tanda no es válida. Escribe un número, un porcentaje como 10% o rest.",
    "rollout/destructive":
      "Este esquema borra datos. Revisa el plan y confirma que se pueden borrar.",
    "rollout/finished": "Este despliegue ha terminado. Inicia otro.",
    "rollout/none": "Aún no hay ningún despliegue. Inicia uno.",
    "rollout/not-found": "Ese despliegue no existe.",
    "rollout/not-here":
      "Los despliegues se hacen en un servidor o desde la línea de órdenes. Usa guildhall migrate.",
    "rollout/not-ours": "Otro proceso se ha hecho cargo de este despliegue. Comprueba su estado.",
    "rollout/not-running": "Este despliegue no está en curso.",
    "rollout/nothing-to-do": "Todas las hermandades ya tienen este esquema.",
    "rollout/revert-differs":
      "Una hermandad ha recibido una base de datos distinta de la anterior. Revísala ahora.",
    "rollout/under-way": "Otro proceso está haciendo un despliegue. Espera a que termine.",
    "roster/already-linked":
      "Esta persona ya es de un miembro o del ejemplo. Actualiza la plantilla.",
    "roster/character-not-found": "Ese personaje no existe. Actualiza la página de la persona.",
    "roster/name-taken": "Ya hay alguien en la hermandad con este nombre. Elige otro.",
    "roster/person-not-found": "Esa persona no está en la plantilla.",
    "secrets/not-configured":
      "Aquí aún no se pueden guardar claves. Quien administra el servidor tiene que poner SECRETS_KEYS.",
    "secrets/not-right": "El valor no es válido. Cópialo otra vez del otro servicio.",
    "secrets/not-set": "Esta clave no está guardada. Actualiza la página.",
    "secrets/unreadable":
      "Una clave guardada no se puede leer. Guárdala otra vez. Si no sirve, avísanos.",
  },
  meanings: {},
  whatNow: "Qué hacer",
  requestId: "ID de la petición",
  signInHint: "Si eres miembro de esta hermandad, inicia sesión y abre de nuevo esta dirección.",
  home: "Ir a la página de inicio",

  again: "Intentar de nuevo",
  plan: "Ver plan y uso",
  use: "Uso",
  about: "Sobre este problema",
  all: "Códigos de problema",
  allLead:
    "Cada respuesta de error lleva un código. Esta página los muestra todos por estado HTTP.",
  code: "Código",
  status: "Estado HTTP",
  stillThere: "Si el problema sigue, envíanos el ID de la petición. Con él podemos buscarlo.",
  titles: {
    s400: "La petición no es válida",
    s401: "Inicia sesión",
    s402: "Límite del plan alcanzado",
    s403: "Sin permiso",
    s404: "No encontrado",
    s408: "La petición ha tardado demasiado",
    s409: "Los datos han cambiado",
    s413: "Demasiado grande",
    s422: "Revisa el formulario",
    s429: "Demasiados intentos",
    s500: "Algo ha fallado por nuestra parte",
    s501: "Aquí no es posible",
    s503: "No disponible ahora mismo",
    s507: "No queda espacio",
  },
  next: {
    s400: "Revisa la dirección, las cabeceras y el JSON de la petición.",
    s401: "Inicia sesión o envía un token o una clave válidos. Después repite la petición.",
    s402: "Libera parte del uso o pide a quien lidera la hermandad un plan superior.",
    s403: "Pídeselo a alguien con un rango que lo permita, o pide otro rango.",
    s404: "Revisa la dirección. Lo que no puedes ver aparece como inexistente.",
    s408: "Envía la petición de nuevo, de una vez y con una conexión más rápida.",
    s409: "Los datos han cambiado o la petición no encaja con ellos. Actualiza y decide de nuevo.",
    s413: "Envía menos de una vez.",
    s422: "Corrige cada campo de errors y envía de nuevo la petición.",
    s429: "Espera lo que dice Retry-After. Después repite la misma petición.",
    s501: "Este servidor no lo admite y esperar no sirve. Pregunta a quien lo administra.",
    s503: "Espera lo que dice Retry-After y repite la misma petición, mejor con una Idempotency-Key.",
    s507: "Avisa a quien administra este servidor. Los datos que había siguen ahí.",
  },
};
