import type { auth as en } from "../en/auth.ts";
import type { Translated } from "../index.ts";

export const auth: Translated<typeof en> = {
  email: "Correo electrónico",
  password: "Contraseña",
  passwordHint:
    "8 caracteres o más, en cualquier alfabeto. Varias palabras valen más que una con signos.",
  currentPassword: "Contraseña actual",
  newPassword: "Contraseña nueva",
  name: "Tu nombre",
  nameHint: "Como te conoce tu hermandad.",
  signUpTitle: "Crear una cuenta",
  signUpLead: "Después fundas tu hermandad o sigues su invitación.",
  signUp: "Crear la cuenta",
  haveAccount: "Ya tengo cuenta",
  signInTitle: "Iniciar sesión",
  signIn: "Iniciar sesión",
  noAccount: "Crear una cuenta",
  forgot: "He olvidado mi contraseña",
  signOutTitle: "¿Cerrar la sesión?",
  signOutLead: "Puedes volver a iniciarla cuando quieras.",
  signOut: "Cerrar la sesión",
  stay: "Seguir en la sesión",
  resetTitle: "Pedir una contraseña nueva",
  resetLead: "Te enviamos un enlace que vale durante una hora.",
  resetSend: "Enviarme el enlace",
  resetSentTitle: "Mira tu correo",
  resetSent:
    "Si esta dirección tiene una cuenta, el enlace está en camino. Mira también el correo no deseado.",
  resetAgain: "Pedir otro enlace",
  choosePasswordTitle: "Elige una contraseña nueva",
  choosePasswordLead: "Tu sesión se cerrará en todos los demás dispositivos.",
  choosePassword: "Guardar la contraseña",
  verifyTitle: "Confirma tu correo electrónico",
  verifyLead: (email) => `Vas a confirmar ${email}.`,
  verify: "Confirmar",
  verifyOther: "Si no es tu dirección, cierra esta página: todavía no ha pasado nada.",
  or: "o",
  continueWith: (provider) => `Continuar con ${provider}`,
  newcomerTitle: "Ya casi está",
  newcomerLead:
    "Dinos a qué dirección podemos escribirte. Te enviamos un enlace para que la confirmes.",
  roundFailed: "No ha funcionado",
  waysIn: "Iniciar sesión sin contraseña",
  waysInLead: "Quien pueda iniciar sesión allí puede iniciarla aquí.",
  linked: "enlazado",
  notLinked: "sin enlazar",
  link: (provider) => `Enlazar ${provider}`,
  unlink: (provider) => `Quitar ${provider}`,
  firstPassword: "Poner una contraseña",
  firstPasswordLead: "Todavía no tienes. Con una puedes entrar también con tu correo.",
  proofTitleElsewhere: "¿Eres tú?",
  proofTitle: "Escribe otra vez tu contraseña",
  proofLead: "Lo que sigue es solo para ti. No volveremos a preguntar durante diez minutos.",
  proof: "Continuar",
  accountTitle: "Tu cuenta",
  profile: "Perfil",
  save: "Guardar",
  verified: "confirmado",
  unverified: "sin confirmar",
  unverifiedText:
    "Para invitar por correo o recibir una hermandad hace falta una dirección confirmada.",
  sendLink: "Enviarme el enlace",
  changePassword: "Cambiar la contraseña",
  changePasswordLead: "Aquí sigues en la sesión; en los demás dispositivos se cierra.",
  look: "Idioma y tema",
  sessions: "Dónde tienes la sesión abierta",
  sessionsLead: "Cierra lo que no conozcas y cambia después tu contraseña.",
  device: "Dispositivo",
  address: "Dirección",
  lastUsed: "Último uso",
  thisDevice: "este dispositivo",
  unknownDevice: "Dispositivo desconocido",
  onSystem: (browser, system) => `${browser} en ${system}`,
  end: "Cerrar",
  endDevice: (device) => `Cerrar la sesión de ${device}`,
  endOthers: "Cerrar todas las demás",
  faults: {
    email: "Escribe un correo electrónico, por ejemplo nombre@example.org.",
    name: "Escribe un nombre de hasta 50 caracteres.",
    password: "Usa entre 8 y 256 caracteres.",
    "too-short": "Usa al menos 8 caracteres.",
    "too-long": "Usa como mucho 256 caracteres.",
    unreadable: "Este texto está dañado. Escribe la contraseña en lugar de pegarla.",
    common: "Es una de las contraseñas que se prueban primero. Elige otra.",
    personal: "No uses tu nombre, tu correo ni el nuestro dentro de ella.",
  },
  errors: {
    "auth/email-taken": "Esta dirección ya tiene una cuenta. Inicia sesión.",
    "auth/wrong-credentials":
      "Ninguna cuenta tiene esta dirección y contraseña. Revísalas o pide una contraseña nueva.",
    "auth/wrong-password": "No es tu contraseña. Inténtalo otra vez.",
    "auth/weak-password": "Elige otra contraseña.",
    "auth/link-not-valid": "Este enlace ya no vale. Pide uno nuevo.",
    "auth/no-such-session": "Esta sesión ya está cerrada.",
    "auth/no-such-provider": "Aquí no se puede iniciar sesión de esta forma. Elige otra.",
    "auth/round-not-valid":
      "Este inicio de sesión no empezó en este navegador, o ya ha terminado. Empieza de nuevo.",
    "auth/provider-unavailable":
      "El otro sitio no ha contestado. No ha cambiado nada; empieza de nuevo dentro de un momento.",
    "auth/link-first":
      "Una cuenta tiene esta dirección, pero nadie la ha confirmado. Entra con su contraseña o pide una nueva, y enlaza en tu cuenta.",
    "auth/identity-taken":
      "Esto abre otra cuenta de aquí. Entra con ella y quita allí el enlace antes.",
    "auth/identity-exists": "Ya hay enlazada otra cuenta del mismo tipo. Quítala antes.",
    "auth/not-linked": "Esto no está enlazado con tu cuenta. Mira otra vez.",
    "auth/last-way-in": "Nada más abriría tu cuenta. Pon antes una contraseña.",
    "auth/busy": "Mucha gente está iniciando sesión. Inténtalo dentro de un momento.",
    "rate/too-many": "Demasiados intentos. Espera un minuto y vuelve a intentarlo.",
    "request/invalid": "Algunos datos no son correctos. Mira cada campo.",
  },
  letters: {
    verifySubject: "Confirma tu correo electrónico en Guildhall",
    verifyText: (name, link) =>
      `Hola, ${name}:

abre este enlace con tu sesión iniciada y confirma tu correo electrónico:

${link}

Vale durante 24 horas. Si no has creado ninguna cuenta en Guildhall, no hagas nada: sin tu
confirmación nadie puede usar tu dirección.
`,
    linkedSubject: (provider) => `${provider} abre ahora tu cuenta en Guildhall`,
    linkedText: (name, provider, account, link) =>
      `Hola, ${name}:

la cuenta ${account} de ${provider} se ha enlazado con tu cuenta de Guildhall. Desde ahora, quien
pueda entrar allí puede entrar aquí.

Si no has sido tú, quita el enlace y cambia tu contraseña:

${link}
`,
    unlinkedSubject: (provider) => `${provider} ya no abre tu cuenta en Guildhall`,
    unlinkedText: (name, provider, link) =>
      `Hola, ${name}:

tu cuenta de ${provider} se ha separado de tu cuenta de Guildhall.

Si no has sido tú, cambia tu contraseña y revisa tus sesiones:

${link}
`,
    newPlaceSubject: "Un inicio de sesión desde un lugar nuevo en Guildhall",
    newPlaceText: (name, device, address, at, link) =>
      `Hola, ${name}:

se ha iniciado sesión en tu cuenta desde un dispositivo y una red que no conocemos:

Dispositivo: ${device}
Dirección:   ${address}
Hora:        ${at}

Si has sido tú, no hagas nada. Si no, cambia tu contraseña y cierra las demás sesiones:

${link}
`,
    passwordSubject: "Tu contraseña de Guildhall ha cambiado",
    passwordText: (name, device, address, at, link) =>
      `Hola, ${name}:

la contraseña de tu cuenta ha cambiado:

Dispositivo: ${device}
Dirección:   ${address}
Hora:        ${at}

Si no has sido tú, pide enseguida una contraseña nueva y revisa tus sesiones:

${link}
`,
    keySubject: "Una clave de API nueva en una de tus hermandades",
    keyText: (name, key, guild, link) =>
      `Hola, ${name}:

la clave de API «${key}» se ha creado con tu cuenta para la hermandad «${guild}». Puede hacer lo que
permiten sus ámbitos hasta que termine o se revoque.

Si no has sido tú, revócala en los ajustes de la hermandad y cambia tu contraseña:

${link}
`,
    receivedSubject: "Ahora una hermandad de Guildhall es tuya",
    receivedText: (name, guild, from) =>
      `Hola, ${name}:

la hermandad «${guild}» te la ha traspasado «${from}». Ahora eres su dueño.
`,
    givenSubject: "Has traspasado una hermandad en Guildhall",
    givenText: (name, guild, to, link) =>
      `Hola, ${name}:

la hermandad «${guild}» se ha traspasado a «${to}» con tu cuenta. Sigues en ella como administrador.

Si no has sido tú, cambia tu contraseña y escribe a los operadores de esta plataforma:

${link}
`,
    operatorSubject: "Tu cuenta opera ahora Guildhall",
    operatorText: (name, areas, link) =>
      `Hola, ${name}:

tu cuenta ha recibido derechos de operador: ${areas}.

Si no lo esperabas, avisa a los operadores de esta plataforma. Tus sesiones están aquí:

${link}
`,
    resetSubject: "Una contraseña nueva para Guildhall",
    resetText: (name, link) =>
      `Hola, ${name}:

con este enlace puedes elegir una contraseña nueva:

${link}

Vale durante una hora y sirve una sola vez. Si no lo has pedido, no hagas nada: tu contraseña
sigue igual.
`,
  },
};
