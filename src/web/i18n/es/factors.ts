import type { factors as en } from "../en/factors.ts";
import type { Translated } from "../index.ts";

export const factors: Translated<typeof en> = {
  title: "Inicio de sesión en dos pasos",
  lead: "Después de la contraseña o la cuenta vinculada se pide un código de una aplicación de tu móvil.",
  requiredLead:
    "Los operadores lo necesitan: la consola no se abre hasta que configures una aplicación de autenticación.",
  on: "activado",
  off: "desactivado",
  manage: "Gestionar los dos pasos",
  setUp: "Configurar los dos pasos",
  back: "Volver a tu cuenta",
  stepApp: "Instala en tu móvil una aplicación de autenticación, si no tienes ninguna.",
  stepSecret:
    "Añade una cuenta en la aplicación con el secreto de abajo, o abre la aplicación desde aquí.",
  stepCode:
    "Escribe las seis cifras que muestra. Después se cierra tu sesión en los demás dispositivos.",
  secret: "Secreto para la aplicación",
  openApp: "Abrir en la aplicación de autenticación",
  turnOn: "Activar",
  turnOff: "Desactivar",
  newCodes: "Crear otros códigos de recuperación",
  codesLeft: (count) =>
    count === 1
      ? "Te queda 1 código de recuperación."
      : `Te quedan ${count} códigos de recuperación.`,
  codesTitle: "Tus códigos de recuperación",
  codesLead:
    "Guárdalos donde los encuentres sin el móvil. Cada uno sirve una vez y solo se muestran ahora.",
  codesKept: "Ya los he guardado",
  onNow: "El inicio de sesión en dos pasos está activado.",
  codeTitle: "Escribe tu código",
  codeLead:
    "La aplicación muestra un código nuevo cada 30 segundos. Sin ella, usa un código de recuperación.",
  code: "Código",
  codeHint: "Seis cifras, como 123 456.",
  startAgain: "Empezar de nuevo",
  operator: {
    lead: "Para quien perdió la aplicación y los códigos de recuperación. Comprueba antes quién es.",
    reset: "Quitar el segundo factor",
  },
  emails: {
    onSubject: "Se ha activado el inicio de sesión en dos pasos en tu cuenta de Guildhall",
    onText: (name, device, address, at, link) =>
      `Hola, ${name}:

Para entrar en tu cuenta ahora hace falta un código de una aplicación de autenticación:

Dispositivo: ${device}
Dirección:   ${address}
Hora:        ${at}

Si no has sido tú, pide otra contraseña y avisa a quienes administran esta plataforma:

${link}
`,
    offSubject: "Se ha desactivado el inicio de sesión en dos pasos en tu cuenta de Guildhall",
    offText: (name, device, address, at, link) =>
      `Hola, ${name}:

Para entrar en tu cuenta ya no hace falta un código:

Dispositivo: ${device}
Dirección:   ${address}
Hora:        ${at}

Si no has sido tú, cambia tu contraseña y vuelve a activarlo:

${link}
`,
    usedSubject: "Se ha usado un código de recuperación de tu cuenta de Guildhall",
    usedText: (name, device, address, at, link) =>
      `Hola, ${name}:

Se ha usado un código de recuperación para entrar en tu cuenta. Ya no sirve:

Dispositivo: ${device}
Dirección:   ${address}
Hora:        ${at}

Si no has sido tú, cambia tu contraseña y crea otros códigos:

${link}
`,
    resetSubject: "Se ha quitado el inicio de sesión en dos pasos de tu cuenta de Guildhall",
    resetText: (name, link) =>
      `Hola, ${name}:

Quien administra esta plataforma ha quitado el segundo factor de tu cuenta y ha cerrado tus
sesiones. Hasta que lo configures otra vez, basta con la contraseña o la cuenta vinculada:

${link}

Si no lo has pedido, cambia tu contraseña y avisa a quienes administran la plataforma.
`,
  },
};
