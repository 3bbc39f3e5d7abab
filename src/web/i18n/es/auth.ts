import type { auth as en } from "../en/auth.ts";
import type { Translated } from "../index.ts";

export const auth: Translated<typeof en> = {
  email: "Correo electrónico",
  password: "Contraseña",
  passwordHint: "8 caracteres o más. Mejor varias palabras que una con símbolos.",
  currentPassword: "Contraseña actual",
  newPassword: "Contraseña nueva",
  name: "Tu nombre",
  nameHint: "El nombre con el que te conoce tu hermandad.",
  signUpTitle: "Crear cuenta",
  signUpLead: "Después podrás fundar tu hermandad o unirte con una invitación.",
  signUp: "Crear cuenta",
  haveAccount: "Ya tengo cuenta",
  signInTitle: "Iniciar sesión",
  signIn: "Iniciar sesión",
  noAccount: "Crear una cuenta",
  forgot: "He olvidado mi contraseña",
  signOutTitle: "¿Cerrar sesión?",
  signOutLead: "Puedes volver a iniciarla cuando quieras.",
  signOut: "Cerrar sesión",
  stay: "Mantener la sesión",
  resetTitle: "Cambiar la contraseña olvidada",
  resetLead: "Te enviamos un enlace. Caduca en una hora.",
  resetSend: "Enviar enlace",
  resetSentTitle: "Revisa tu correo",
  resetSent:
    "Si este correo tiene una cuenta, el enlace está en camino. Revisa también el correo no deseado.",
  resetAgain: "Pedir otro enlace",
  choosePasswordTitle: "Elige una contraseña nueva",
  choosePasswordLead: "La sesión se cerrará en todos los demás dispositivos.",
  choosePassword: "Guardar contraseña",
  verifyTitle: "Confirma tu correo",
  verifyLead: (email) => `Vas a confirmar ${email}.`,
  verify: "Confirmar correo",
  verifyOther: "Si no es tu correo, cierra esta página. Todavía no ha cambiado nada.",
  or: "o",
  continueWith: (provider) => `Continuar con ${provider}`,
  newcomerTitle: "Ya casi está",
  newcomerLead: "Escribe tu correo. Te enviamos un enlace para confirmarlo.",
  roundFailed: "No se pudo iniciar sesión",
  waysIn: "Cuentas vinculadas",
  waysInLead: "Quien acceda a una cuenta vinculada podrá entrar también aquí.",
  linked: "vinculada",
  notLinked: "sin vincular",
  link: (provider) => `Vincular ${provider}`,
  unlink: (provider) => `Desvincular ${provider}`,
  firstPassword: "Crear contraseña",
  firstPasswordLead: "Con una contraseña también podrás iniciar sesión con tu correo.",
  proofTitleElsewhere: "Confirma que eres tú",
  proofTitle: "Escribe otra vez tu contraseña",
  proofLead: "Esta acción está protegida. No volveremos a preguntar durante diez minutos.",
  proof: "Continuar",
  accountTitle: "Tu cuenta",
  profile: "Perfil",
  save: "Guardar cambios",
  verified: "confirmado",
  unverified: "sin confirmar",
  unverifiedText:
    "Confirma tu correo para enviar o aceptar invitaciones por correo y para recibir una hermandad.",
  sendLink: "Enviar confirmación",
  changePassword: "Cambiar contraseña",
  changePasswordLead: "La sesión sigue abierta aquí y se cierra en los demás dispositivos.",
  look: "Idioma y tema",
  copyTitle: "Tus datos",
  copyLead:
    "Un archivo con tu cuenta, sesiones y hermandades, tus personajes y tus últimas entradas de auditoría. No contiene contraseñas ni datos de otras personas.",
  copyButton: "Descargar mis datos",
  sessions: "Sesiones abiertas",
  sessionsLead: "Cierra las que no reconozcas y cambia después tu contraseña.",
  device: "Dispositivo",
  address: "IP",
  lastUsed: "Último uso",
  thisDevice: "este dispositivo",
  unknownDevice: "Dispositivo desconocido",
  onSystem: (browser, system) => `${browser} en ${system}`,
  atDomain: (device, domain) => `${device}, en ${domain}`,
  end: "Cerrar sesión",
  endDevice: (device) => `Cerrar la sesión de ${device}`,
  endOthers: "Cerrar las demás",
  faults: {
    email: "Escribe un correo, por ejemplo nombre@example.org.",
    name: "Escribe un nombre de hasta 50 caracteres.",
    password: "Usa entre 8 y 256 caracteres.",
    code: "Escribe las seis cifras de tu aplicación o un código de recuperación.",
    "too-short": "Usa al menos 8 caracteres.",
    "too-long": "Usa como mucho 256 caracteres.",
    unreadable: "El texto pegado está dañado. Escribe la contraseña a mano.",
    common: "Esta contraseña es fácil de adivinar. Elige otra.",
    personal: "No incluyas tu nombre, tu correo ni el nombre de este sitio.",
  },
  errors: {
    "auth/email-taken": "Este correo ya tiene una cuenta. Inicia sesión.",
    "auth/wrong-credentials":
      "El correo o la contraseña no son correctos. Revísalos o pide una contraseña nueva.",
    "auth/wrong-password": "La contraseña no es correcta. Inténtalo otra vez.",
    "auth/code-required":
      "Esta cuenta tiene un segundo factor. Escribe también el código de tu aplicación.",
    "auth/wrong-code":
      "El código no es correcto o ya se usó. Espera al siguiente o usa uno de recuperación.",
    "auth/code-refused": "El código no es correcto o ya se usó. Espera al siguiente y escríbelo.",
    "auth/factor-on": "El inicio de sesión en dos pasos ya está activado. Desactívalo antes.",
    "auth/factor-off": "Esta cuenta no tiene segundo factor. Actualiza la página.",
    "auth/factor-not-begun": "No hay ningún secreto por confirmar. Empieza de nuevo.",
    "operator/second-factor-required":
      "Los operadores necesitan el inicio de sesión en dos pasos. Configúralo en tu cuenta y vuelve.",
    "auth/weak-password": "Elige una contraseña más segura.",
    "auth/link-not-valid": "Este enlace ha caducado o ya se usó. Pide otro.",
    "auth/no-such-session": "Esta sesión ya está cerrada.",
    "auth/no-such-provider": "Aquí no se puede iniciar sesión de esta forma. Elige otra.",
    "auth/round-not-valid":
      "Este inicio de sesión empezó en otro navegador o ha caducado. Empieza de nuevo.",
    "auth/provider-unavailable":
      "El otro sitio no ha respondido. No ha cambiado nada. Inténtalo dentro de un momento.",
    "auth/link-first":
      "Ya hay una cuenta con este correo, sin confirmar. Inicia sesión en ella y vincúlala desde «Cuenta».",
    "auth/identity-taken":
      "Ya está vinculada a otra cuenta de Guildhall. Inicia sesión en esa cuenta y desvincúlala antes.",
    "auth/identity-exists": "Ya hay vinculada otra cuenta de este tipo. Desvincúlala antes.",
    "auth/not-linked": "Esta cuenta no está vinculada. Actualiza la página.",
    "auth/last-way-in": "Es tu única forma de entrar. Crea antes una contraseña.",
    "auth/busy": "Mucha gente está iniciando sesión. Inténtalo dentro de un momento.",
    "rate/too-many": "Demasiados intentos. Espera un minuto y vuelve a intentarlo.",
    "request/invalid": "Hay datos no válidos. Corrígelos y vuelve a enviar.",
  },
  emails: {
    verifySubject: "Confirma tu correo en Guildhall",
    verifyText: (name, link) =>
      `Hola, ${name}:

Inicia sesión y abre este enlace para confirmar tu correo:

${link}

Caduca en 24 horas. Si no has creado ninguna cuenta en Guildhall, ignora este correo: sin tu
confirmación nadie puede usar tu dirección.
`,
    linkedSubject: (provider) => `Se ha vinculado ${provider} a tu cuenta de Guildhall`,
    linkedText: (name, provider, account, link) =>
      `Hola, ${name}:

La cuenta ${account} de ${provider} se ha vinculado a tu cuenta de Guildhall. Quien acceda a ella
podrá entrar también en Guildhall como tú.

Si no has sido tú, desvincúlala y cambia tu contraseña:

${link}
`,
    unlinkedSubject: (provider) => `Se ha desvinculado ${provider} de tu cuenta de Guildhall`,
    unlinkedText: (name, provider, link) =>
      `Hola, ${name}:

Tu cuenta de ${provider} se ha desvinculado de tu cuenta de Guildhall. Ya no puedes entrar con
ella.

Si no has sido tú, cambia tu contraseña y revisa tus sesiones:

${link}
`,
    newPlaceSubject: "Nuevo inicio de sesión en tu cuenta de Guildhall",
    newPlaceText: (name, device, address, at, link) =>
      `Hola, ${name}:

Se ha iniciado sesión en tu cuenta desde un dispositivo y una red que no conocemos:

Dispositivo: ${device}
Dirección:   ${address}
Hora:        ${at}

Si has sido tú, ignora este correo. Si no, cambia tu contraseña y cierra las demás sesiones:

${link}
`,
    passwordSubject: "Tu contraseña de Guildhall ha cambiado",
    passwordText: (name, device, address, at, link) =>
      `Hola, ${name}:

La contraseña de tu cuenta ha cambiado:

Dispositivo: ${device}
Dirección:   ${address}
Hora:        ${at}

Si no has sido tú, pide enseguida otra contraseña y revisa tus sesiones:

${link}
`,
    keySubject: "Una nueva clave de API en una de tus hermandades",
    keyText: (name, key, guild, link) =>
      `Hola, ${name}:

La clave de API «${key}» se ha creado con tu cuenta para la hermandad «${guild}». Puede hacer lo que
permiten sus ámbitos hasta que caduque o se revoque.

Si no has sido tú, revócala en los ajustes de la hermandad y cambia tu contraseña:

${link}
`,
    receivedSubject: "Ahora lideras una hermandad en Guildhall",
    receivedText: (name, guild, from) =>
      `Hola, ${name}:

«${from}» te ha cedido la hermandad «${guild}». Ahora la lideras tú.
`,
    givenSubject: "Has cedido una hermandad en Guildhall",
    givenText: (name, guild, to, link) =>
      `Hola, ${name}:

La hermandad «${guild}» se ha cedido a «${to}» con tu cuenta. Sigues en ella con el rango de admin.

Si no has sido tú, cambia tu contraseña y escribe a quienes administran esta plataforma:

${link}
`,
    operatorSubject: "Ahora administras Guildhall",
    operatorText: (name, areas, link) =>
      `Hola, ${name}:

Tu cuenta ha recibido permisos de operador en: ${areas}.

Si no lo esperabas, avisa a quienes administran esta plataforma. Tus sesiones están aquí:

${link}
`,
    resetSubject: "Elige otra contraseña de Guildhall",
    resetText: (name, link) =>
      `Hola, ${name}:

Abre este enlace para elegir otra contraseña:

${link}

Caduca en una hora y solo sirve una vez. Si no lo has pedido, ignora este correo: tu contraseña
sigue igual.
`,
  },
};
