import type { problems as en } from "../en/problems.ts";
import type { Translated } from "../index.ts";

export const problems: Translated<typeof en> = {
  sentences: {
    "about:blank":
      "Algo ha fallado por nuestra parte. Inténtalo de nuevo; si sigue, envíanos el id de la petición.",
    "auth/bad-token": "Este token no es válido. Entra de nuevo para obtener otro.",
    "auth/proof-required": "Demuestra otra vez que eres tú para hacer esto.",
    "auth/required": "Entra para hacer esto.",
    "auth/sign-up-closed":
      "Ahora mismo nadie puede crear una cuenta aquí. Pregunta a quien lleva esta plataforma.",
    "configuration/no-such-plan": "No existe ese plan.",
    "auth/session-required":
      "Un token de acceso abre una sola hermandad. Usa el token de sesión para esto.",
    "audit/sealed-already": "Otro proceso selló ya estas filas. Sigue adelante.",
    "auctions/bad-points": "Escribe un número de puntos válido.",
    "auctions/bad-terms": "Alguna de las condiciones no vale. Mira cada campo.",
    "auctions/bid-stays": "Una puja en una subasta abierta se queda: otros han pujado contra ella.",
    "auctions/bid-too-high": "La puja supera el máximo de esta subasta.",
    "auctions/bid-too-low": "La puja no llega al mínimo.",
    "auctions/closed": "Esta subasta ya no admite pujas.",
    "auctions/insufficient-points":
      "No tienes tantos puntos libres: otras pujas tuyas retienen el resto.",
    "auctions/no-bid": "No tienes ninguna puja en esta subasta.",
    "auctions/not-eligible": "Ninguno de tus personajes puede usar este objeto.",
    "auctions/not-found": "Esta hermandad no tiene esa subasta.",
    "auctions/not-in-roster": "Solo puede pujar quien está en la plantilla.",
    "auctions/not-open": "Esta subasta ha terminado. Se puede repetir.",
    "auctions/off-spec": "Esta subasta es solo para especializaciones principales.",
    "auctions/outbid": "Alguien ha sido más rápido: puja más alto para ir en cabeza.",
    "auctions/reopened-already": "Esta subasta ya se ha repetido.",
    "auctions/spec-change":
      "Has pujado para tu especialización principal; no se puede cambiar a la segunda.",
    "auctions/still-open": "Esta subasta sigue abierta. Cancélala antes.",
    "auctions/too-many": "Hay demasiadas subastas a la vez. Deja que terminen algunas.",
    "secrets/not-configured":
      "Aquí todavía no se guardan secretos. Quien lleva este servidor tiene que poner SECRETS_KEYS.",
    "secrets/not-right": "Así no puede ser. Vuelve a copiarlo de allí.",
    "secrets/not-set": "Esto no está guardado. Mira otra vez.",
    "secrets/unreadable":
      "Un secreto guardado no se puede leer. Guárdalo otra vez; si no sirve, avísanos.",
    "database/busy":
      "La base de datos está ocupada. No se ha cambiado nada; inténtalo dentro de un momento.",
    "database/damaged":
      "Esta base de datos está dañada y tiene que mirarla un operador. No lo intentes antes.",
    "database/storage-full":
      "El disco de este servidor está lleno. No se ha cambiado nada; inténtalo cuando su operador haya hecho sitio.",
    "database/unavailable":
      "El servidor no puede abrir sus archivos ahora mismo. Inténtalo dentro de un momento.",
    "database/unreachable":
      "La base de datos no ha respondido. Inténtalo otra vez: con la misma Idempotency-Key nada se hace dos veces.",
    "dkp/bad-people":
      "Alguna de estas personas no está activa, o se repite. Vuelve a cargar la lista.",
    "dkp/bad-reason": "Di por qué, con menos palabras.",
    "dkp/bad-time": "Los puntos se dan por lo que ya pasó, y no hace demasiado.",
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
    "dkp/behind-decay":
      "El fondo ha decaído desde entonces. Da ahora lo que quedaría, no lo de aquel día.",
    "dkp/no-decay": "Este fondo no decae. Antes di cuánto en sus reglas.",
    "dkp/pool-is-default": "El fondo por defecto de la hermandad se queda.",
    "dkp/pool-in-use": "Hay subastas que retienen puntos de este fondo. Deja que terminen.",
    "dkp/rules-changed": "Alguien acaba de cambiar estas reglas. Vuelve a mirarlas.",
    "dkp/bad-rules": "Alguna de las reglas no vale. Mira cada campo.",
    "dkp/bad-points": "Escribe un número de puntos válido.",
    "raids/bad-time": "Elige un día, o al menos un día de la semana.",
    "raids/already-there": "Ya estás en la banda.",
    "raids/bad-people": "Alguna de estas personas no está activa. Vuelve a cargar la lista.",
    "raids/begun": "Esta banda ha empezado o ha terminado, así que se queda como está.",
    "raids/bench-closed":
      "El banquillo se abre una hora antes de la banda y se cierra cuando termina.",
    "raids/nobody-there": "Todavía no hay nadie en esta banda.",
    "raids/not-begun": "Esta banda todavía no ha empezado.",
    "raids/not-found": "Esta hermandad no tiene esa banda.",
    "raids/not-planned": "Esta banda ya ha empezado o se canceló.",
    "raids/not-running": "Esta banda no está en curso.",
    "raids/over": "Esta banda ha terminado o se canceló.",
    "raids/series-not-found": "Esta hermandad no tiene esa banda semanal.",
    "raids/too-many-series": "La hermandad tiene ya todas las bandas semanales que puede.",
    "payment/bad-signature":
      "Este mensaje no está firmado por el proveedor de pagos, o es demasiado antiguo.",
    "payment/known": "Este mensaje ya se recibió.",
    "payment/not-configured":
      "Aquí no se puede pagar nada. Pide un plan mayor a quien lleva esta plataforma.",
    "payment/unavailable":
      "El proveedor de pagos no responde. No se ha pagado nada; inténtalo dentro de un rato.",
    "plan/not-for-sale": "Este plan no se puede comprar aquí.",
    "plan/not-paid": "Todavía no se ha pagado nada por esta hermandad.",
    "plan/paid-already": "El plan de esta hermandad ya está pagado. Cámbialo en su lugar.",
    "plan/changed": "Otro proceso lo terminó, o sigue adelante.",
    "plan/keys":
      "El plan de la hermandad no admite más claves. Revoca una, o su dueño puede subir de plan.",
    "plan/log-storage":
      "No queda sitio para este registro en el plan de la hermandad. Borra alguno antiguo, o sube de plan.",
    "plan/no-grant": "Ningún operador dio un plan a esta hermandad.",
    "plan/not-found": "No existe ese plan.",
    "plan/past": "Ese día ya pasó. Elige uno futuro, o ninguno.",
    "plan/read-only":
      "El plan se ha quedado pequeño y esto queda de solo lectura. El dueño de la hermandad puede subir de plan.",
    "plan/analytics":
      "El análisis es del plan premium. El dueño de la hermandad puede subir de plan.",
    "loot/bad-loot": "Algo de este botín no encaja. Mira cada campo.",
    "loot/council-not-found": "Esta hermandad no tiene ese consejo.",
    "loot/council-over": "Este consejo ya ha decidido.",
    "loot/not-found": "Esta hermandad no tiene ese botín.",
    "loot/reverted-already": "Este botín ya se retiró.",
    "keys/rotated-already": "Esta clave ya se rotó. Rota la que la sustituye.",
    "keys/not-found": "Esta hermandad no tiene esa clave, o se revocó.",
    "logs/bad-archive": "Este archivo comprimido no se puede leer. Envía el registro tal cual.",
    "logs/boss-not-found": "No hay tal jefe en los registros de esta hermandad.",
    "logs/no-file": "Elige un archivo que no esté vacío.",
    "logs/bomb": "Este archivo se descomprime en mucho más de lo que ocupa un registro.",
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
    "logs/out-of-memory":
      "Leer este registro ocupa más memoria de la que puede ocupar uno. Divídelo.",
    "logs/too-many-fights":
      "Este registro contiene más combates o mazmorras de los que puede tener uno. Divídelo.",
    "logs/too-many-files":
      "Este archivo comprimido contiene demasiados archivos. Envía el propio registro.",
    "logs/too-many-names":
      "Este registro nombra más unidades o hechizos de los que puede nombrar uno. Divídelo.",
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
    "guild/older-than-known":
      "La base de datos de esta hermandad es anterior a lo ya confirmado. Quien opera el servidor tiene que restaurarla.",
    "guild/quarantined":
      "La base de datos de esta hermandad no parece correcta y no se sirve. Tiene que mirarla un operador.",
    "guild/migration-waits":
      "Esta hermandad necesita una actualización que debe hacer un operador. Sus datos están a salvo. Inténtalo más tarde.",
    "guild/schema-behind": "Esta hermandad se está actualizando. Inténtalo de nuevo.",
    "guild/status-changed": "El estado de esta hermandad ha cambiado entretanto. Vuelve a mirar.",
    "guild/storage-full":
      "No queda espacio para guardar esto. No se ha cambiado nada; borra lo que no haga falta.",
    "guild/suspended": "Esta hermandad está suspendida. Pregunta a quien la administra.",
    "guild/too-busy": "Hay demasiada actividad en esta hermandad. Inténtalo de nuevo.",
    "guild/writes-blocked":
      "Esta hermandad no admite cambios ahora mismo. No se ha cambiado nada; inténtalo dentro de poco.",
    "idempotency/bad-key": "Usa una Idempotency-Key de hasta 255 caracteres visibles.",
    "idempotency/in-progress": "La primera petición aún está en curso. Espera.",
    "idempotency/key-reused":
      "Esta Idempotency-Key ya se usó para otra petición. Haz una clave nueva para cada petición.",
    "idempotency/shown-once":
      "Ya se hizo, y su secreto se mostró una sola vez. Si no te llegó, revócalo y crea otro con una Idempotency-Key nueva.",
    "onboarding/example-is-there": "El ejemplo ya está puesto.",
    "platform/data-moved":
      "La carpeta de las bases de datos no está en su sitio, así que no se ha guardado nada. " +
      "Inténtalo dentro de un momento.",
    "platform/closing": "El servidor se está cerrando. Inténtalo dentro de un momento.",
    "request/bad-text":
      "Un texto lleva un carácter que no se puede guardar. Escríbelo de nuevo sin pegarlo.",
    "request/no-websocket":
      "Este servidor no admite WebSocket. Envía el registro al acabar la noche, o usa Guildhall en Node.",
    "live/too-many-strangers":
      "Demasiadas conexiones en directo de tu dirección no han dicho hola. Dilo, o cierra algunas.",
    "live/too-many-streams":
      "Tienes abiertas tantas páginas en directo como permitimos. Cierra una y vuelve a cargar esta.",
    "request/bad-address":
      "No se pudo leer la dirección de esta petición. Comprueba si lleva caracteres raros.",
    "request/cut-off":
      "La conexión terminó antes de que llegara toda la petición. Envíala de nuevo.",
    "request/malformed-form":
      "No se pudo leer el formulario. Vuelve a cargar la página y envíalo otra vez.",
    "request/too-many-bodies":
      "Demasiadas peticiones de tu dirección no han llegado enteras. Termina antes algunas.",
    "request/too-slow":
      "La petición no llegó a tiempo. Envíala de nuevo con una conexión más rápida.",
    "request/two-hosts":
      "Esta petición nombra más de un servidor. Envía exactamente una cabecera Host.",
    "request/bad-cursor": "Este enlace de página no es nuestro. Empieza la lista de nuevo.",
    "request/cross-site":
      "Esta petición parece venir de otro sitio. Abre la página aquí e inténtalo de nuevo.",
    "request/malformed": "No se pudo leer la petición. Revisa su formato.",
    "request/no-such-page": "En esta dirección no hay nada.",
    "request/too-complex":
      "Esta petición tiene más campos, o más profundos, de los que leemos. Envía menos a la vez.",
    "request/too-large": "Esto es más de lo que aceptamos de una vez.",
    "request/unknown-host": "Esta dirección no se sirve aquí.",
    "audit/no-secret":
      "Sin el secreto del servidor no se puede firmar nada. Pon el mismo GUILDHALL_SECRET que usa el servidor.",
    "backup/not-found": "No existe esa copia. Mira cuáles hay.",
    "backup/not-good": "Esta copia nunca se comprobó entera. Elige otra.",
    "backup/not-here":
      "Las copias se hacen donde hay un disco. Pídela a quien lleva esta plataforma.",
    "backup/too-many": "Ya son suficientes copias por hoy. Espera a mañana.",
    "guild/beyond-own-rights":
      "Solo puedes dar permisos que tú tienes. Elige un rango inferior o menos permisos.",
    "guild/higher-denial":
      "Un rango superior quitó este permiso. Solo ese rango u otro superior puede devolverlo.",
    "invitation/removed-since":
      "Te expulsaron de esta hermandad después de crear este enlace. Pide una invitación nueva.",
    "guild/name-differs": "Escribe el nombre de la hermandad tal como es.",
    "job/not-found": "Esta tarea ya terminó o no existe. Mira lo que se hizo.",
    "job/under-way": "Alguien se ocupa de ella ahora mismo. Vuelve a mirar en un momento.",
    "operator/email-unverified":
      "Nadie ha demostrado que este buzón sea suyo. La cuenta tiene que confirmarlo antes.",
    "operator/forbidden": "No se te ha confiado esta parte de la plataforma.",
    "operator/impersonating":
      "Actúas en nombre de otra persona. Solo ella puede hacer esto: la cuenta, los roles, los secretos y la propiedad son suyos.",
    "operator/is-operator": "Nadie actúa como otro operador, ni como sí mismo.",
    "operator/no-such-account":
      "Ninguna cuenta tiene esta dirección o este id. Búscala en la lista.",
    "operator/verified-already": "Esta dirección ya está confirmada. No hay nada que enviar.",
    "operator/no-account": "Ninguna cuenta tiene esta dirección. Que se registre antes.",
    "operator/no-areas": "Nombra al menos un área.",
    "operator/no-such-guild": "Ninguna hermandad tiene este id. Búscala en la lista.",
    "operator/not-found": "Esta cuenta no es de un operador.",
    "rollout/bad-wave":
      "Una de las tandas no se entiende. Escribe un número, un porcentaje o rest.",
    "rollout/finished": "Este despliegue ha terminado. Empieza otro.",
    "rollout/not-found": "No existe ese despliegue.",
    "rollout/not-ours": "Otro proceso se ha hecho cargo de este despliegue. Mira su estado.",
    "rollout/revert-differs":
      "Una hermandad ha recibido una base de datos que no es la anterior. Revísala ahora mismo.",
    "rollout/not-running": "Este despliegue no está en marcha.",
    "rollout/under-way": "Otro proceso está haciendo un despliegue.",
    "rollout/destructive": "Este esquema quita datos. Mira el plan y, si es lo que quieres, dilo.",
    "rollout/none": "Aún no hubo ningún despliegue. Empieza uno.",
    "rollout/not-here": "Los despliegues los hace un servidor o la línea de órdenes.",
    "rollout/nothing-to-do": "Todas las hermandades tienen ya este esquema.",
    "roster/already-linked": "Esta persona ya pertenece a un miembro. Vuelve a mirar la plantilla.",
    "roster/character-not-found":
      "No hay tal personaje en esta plantilla. Vuelve a mirar a la persona.",
    "roster/name-taken": "Alguien de la hermandad ya tiene este nombre.",
    "roster/person-not-found": "No hay tal persona en esta plantilla.",
  },
  meanings: {},
  whatNow: "Qué puedes hacer",
  requestId: "Id de la petición",
  signInHint: "Si perteneces a esta hermandad, entra y abre de nuevo esta dirección.",
  home: "Ir a la página de inicio",

  again: "Intentar de nuevo",
  plan: "Ver plan y uso",
  use: "En uso",
  about: "Qué significa",
  all: "Problemas y qué hacer",
  allLead:
    "Cada respuesta que es un problema lleva un código. Aquí están todos, según el estado con que llegan.",
  code: "Código",
  status: "Estado HTTP",
  stillThere:
    "Si no sirve, envíanos el id de la petición que venía en la respuesta. Con él podemos buscarla.",
  titles: {
    s400: "No se ha entendido la petición",
    s401: "Primero hay que entrar",
    s402: "Has llegado al límite de tu plan",
    s403: "No tienes permiso para esto",
    s404: "Aquí no hay nada",
    s408: "Ha tardado demasiado",
    s409: "Eso ya no encaja",
    s413: "Es demasiado grande",
    s422: "Hay algo incorrecto en el formulario",
    s429: "Demasiados intentos",
    s500: "Algo ha fallado por nuestra parte",
    s501: "Aquí no es posible",
    s503: "No disponible ahora mismo",
    s507: "No queda espacio",
  },
  next: {
    s400: "La petición no se entiende. Mira su dirección, sus cabeceras y su JSON.",
    s401: "Entra, o envía un token o una clave que aún valga. Después repite la petición.",
    s402: "Libera parte de lo que está en uso, o que el dueño de la hermandad suba de plan.",
    s403: "Pídeselo a alguien cuyo rol lo permita, o a quien pueda cambiar el tuyo.",
    s404: "Mira otra vez la dirección. Lo que no puedes ver responde igual que lo que no existe.",
    s408: "Envíalo de nuevo, de una vez y con una conexión más rápida.",
    s409: "Algo ha cambiado entretanto, o no encaja. Vuelve a cargarlo, míralo y decide de nuevo.",
    s413: "Envía menos de una vez.",
    s422: "Corrige lo que se nombra en errors, campo a campo, y envíalo otra vez.",
    s429: "Espera lo que dice Retry-After. Después la misma petición funciona.",
    s501: "Esperar no sirve: este servidor no está hecho para eso. Pregunta a quien lo lleva.",
    s503: "Espera lo que dice Retry-After y repite lo mismo, mejor con una Idempotency-Key.",
    s507: "Avisa a quien lleva este servidor. Lo que había sigue ahí.",
  },
};
