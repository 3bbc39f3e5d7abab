import type { fields as en } from "../en/fields.ts";
import type { Translated } from "../index.ts";

export const fields: Translated<typeof en> = {
  missing: "Rellena este campo.",
  text: "Escribe un texto.",
  number: "Escribe un número.",
  whole: "Escribe un número entero.",
  yesOrNo: "Elige sí o no.",
  option: "Elige una opción.",
  someOption: "Elige al menos una opción.",
  invalid: "El valor no es válido.",
  unknown: "Este campo sobra. Quítalo.",
  atLeast: (least) => `Escribe ${least} o más.`,
  atMost: (most) => `Escribe ${most} o menos.`,
  charsAtLeast: (least) => `Usa al menos ${least} caracteres.`,
  charsAtMost: (most) => `Usa como mucho ${most} caracteres.`,
  choicesAtLeast: (least) => `Elige al menos ${least}.`,
  choicesAtMost: (most) => `Elige como mucho ${most}.`,
  named: {
    account: "Escribe el ID de cliente.",
    date: "Elige un día.",
    email: "Escribe un correo.",
    file: "Elige un archivo.",
    itemName: "Escribe el nombre del objeto.",
    items: "Escribe al menos un objeto.",
    kind: "Elige un tipo.",
    minutes: "Escribe la duración en minutos.",
    mode: "Elige un tipo.",
    name: "Escribe un nombre.",
    password: "Escribe tu contraseña.",
    people: "Elige al menos a una persona.",
    personId: "Elige a una persona.",
    personIds: "Elige al menos a una persona.",
    plan: "Elige un plan.",
    points: "Escribe un número de puntos, por ejemplo 1.000 o 12,5.",
    realm: "Escribe el nombre del reino.",
    reason: "Escribe un motivo.",
    response: "Elige una respuesta.",
    scopes: "Elige al menos un permiso.",
    startsAt: "Escribe una hora, como 20:00.",
    status: "Elige una respuesta.",
    text: "Pega tu lista.",
    value: "Escribe la clave o la dirección.",
    domain: "Escribe un dominio, como raids.example.com.",
    weekdays: "Elige al menos un día.",
  },
  details: {
    "Enter a host name such as raids.example.com, without https:// and without a path.":
      "Escribe un nombre como raids.example.com, sin https:// y sin ruta.",
    "Enter a host name, not an IP address.": "Escribe un nombre, no una dirección IP.",
    "Enter a full host name with a dot in it.": "Escribe un nombre completo, con un punto.",
    "Enter one host name without a star.": "Escribe un solo nombre, sin asterisco.",
    "This name belongs to the platform. Enter a name of your own domain.":
      "Este nombre es de la plataforma. Escribe un nombre de tu propio dominio.",
    "This name cannot belong to a guild. Enter a name below it.":
      "Este nombre no puede ser de nadie. Escribe un nombre que esté debajo.",
    "This name is not on the public internet. Enter a public host name.":
      "Este nombre no está en la Internet pública. Escribe un nombre público.",
    "Send the version of the attendance that you replace.":
      "Envía la versión de la asistencia que sustituyes.",
    "Connected by another guild.": "Conectado por otra hermandad.",
    "It is not on the guild's server.": "No está en el servidor de la hermandad.",
    "Use the slug from the address of the guild's page.":
      "Usa el nombre tal como está en la dirección de la página de la hermandad.",
    "Name a role, or leave the rank out.": "Indica un rol o deja el rango vacío.",
    "Send the id as text: a number loses its last digits.":
      "Envía el ID como texto: un número pierde las últimas cifras.",
    "Use the id as Discord copies it: digits only.":
      "Usa el ID tal como lo copia Discord: solo cifras.",
    "A rank is a number from 0.": "Un rango es un número desde 0.",
    "There are ten ranks.": "Hay diez rangos.",
    "The name contains another realm. Give one of the two.":
      "El nombre contiene otro reino. Indica solo uno de los dos.",
    "A UUID is a good key.": "Usa, por ejemplo, un UUID.",
    "A guild on this realm already has this name. Choose another one.":
      "Ya hay una hermandad con este nombre en este reino. Elige otro.",
    "A person in this guild already has this name. Choose another one.":
      "Ya hay alguien en la hermandad con este nombre. Elige otro.",
    "Another pool has this name. Choose another one.": "Otro fondo tiene este nombre. Elige otro.",
    "Choose a date in the past.": "Elige una fecha pasada.",
    "Choose a day, or at least one weekday.": "Elige un día, o al menos un día de la semana.",
    "Choose a file that is not empty.": "Elige un archivo que no esté vacío.",
    "Choose a former address of the guild.": "Elige una dirección anterior de la hermandad.",
    "Choose a later date.": "Elige una fecha posterior.",
    "Choose a plan that is for sale.": "Elige un plan que esté en venta.",
    "Choose a recipient or another destination.": "Elige quién lo recibe u otro destino.",
    "Choose a time zone, such as Europe/Berlin.": "Elige una zona horaria, como Europe/Madrid.",
    "Choose a time zone, such as Europe/Madrid.": "Elige una zona horaria, como Europe/Madrid.",
    "Choose active people from the roster.": "Elige personas activas de la plantilla.",
    "Choose an active person from the roster.": "Elige a una persona activa de la plantilla.",
    "Choose at least one person.": "Elige al menos a una persona.",
    "Choose at most # people at once.": "Elige como mucho a # personas de una vez.",
    "Choose each person only once. Main and alts are one person.":
      "Elige a cada persona una sola vez. El principal y los alters son una persona.",
    "Do not include your name, your e-mail address or the name of this site.":
      "No incluyas tu nombre, tu correo ni el nombre de este sitio.",
    "Do not put two hyphens in a row.": "No pongas dos guiones seguidos.",
    "Enter a maximum above the minimum bid.": "Escribe un máximo superior a la puja mínima.",
    "Enter a name.": "Escribe un nombre.",
    "Enter a number above zero.": "Escribe un número mayor que cero.",
    "Enter a number of zero or more.": "Escribe un número desde cero.",
    "Enter a number other than zero.": "Escribe un número distinto de cero.",
    "Enter a number of at most #.": "Escribe un número de # como mucho.",
    "Enter a number.": "Escribe un número.",
    "Enter a whole number.": "Escribe un número entero.",
    "Choose the raid whose people may bid.": "Elige la banda cuya gente puede pujar.",
    "Choose a unit of this pool.": "Elige una unidad de este fondo.",
    "Use at most one digit after the point.": "Usa como mucho un decimal.",
    "This raid is played for another pool. Leave the pool out, or choose the raid's.":
      "Esta banda se juega con otro fondo. Deja el fondo vacío o elige el de la banda.",
    "Enter a number above zero with at most # decimals.":
      "Escribe un número mayor que cero, con # decimales como mucho.",
    "Enter a number of zero or more with at most # decimals.":
      "Escribe un número desde cero, con # decimales como mucho.",
    "Enter a number other than zero with at most # decimals.":
      "Escribe un número distinto de cero, con # decimales como mucho.",
    "Enter a number with at most # decimals.": "Escribe un número con # decimales como mucho.",
    "Enter a reason of up to # characters.": "Escribe un motivo de hasta # caracteres.",
    "Enter a reason.": "Escribe un motivo.",
    "Enter a time, such as #:#.": "Escribe una hora, como #:#.",
    "Enter a whole number, or leave the field empty for no limit.":
      "Escribe un número entero o deja el campo vacío para no poner límite.",
    "Enter an e-mail address, such as name@example.org.":
      "Escribe un correo, por ejemplo nombre@example.org.",
    "Enter an increment above zero.": "Escribe un incremento mayor que cero.",
    "Enter each item only once.": "Escribe cada objeto una sola vez.",
    "Items in an EPGP pool have one price. Choose a fixed price or a roll.":
      "Los objetos de un fondo EPGP tienen un solo precio. Elige precio fijo o tirada.",
    "No account has this address. Check it.": "Ninguna cuenta tiene este correo. Revísalo.",
    "Only a person can pay. Choose a recipient, or leave the price empty.":
      "Solo puede pagar una persona. Elige quién lo recibe o deja vacío el precio.",
    "Only zero-sum pools share a price.": "Solo los fondos de suma cero reparten el precio.",
    "Remove invisible characters and characters that change the direction of text.":
      "Quita los caracteres invisibles y los que cambian la dirección del texto.",
    "The name does not match. Type the exact name of the guild.":
      "El nombre no coincide. Escribe el nombre exacto de la hermandad.",
    "The password is wrong. Try again.": "La contraseña no es correcta. Inténtalo otra vez.",
    "The pasted text is damaged. Type the password instead.":
      "El texto pegado está dañado. Escribe la contraseña a mano.",
    "The value is not valid. Copy it again from the other service.":
      "El valor no es válido. Cópialo otra vez del otro servicio.",
    "This address already has an account. Sign in instead.":
      "Este correo ya tiene una cuenta. Inicia sesión.",
    "This address is reserved. Choose another one.": "Esta dirección está reservada. Elige otra.",
    "This address is taken. Choose another one.": "Esta dirección está ocupada. Elige otra.",
    "Another raid team has this name. Choose another.":
      "Otro equipo de banda tiene este nombre. Elige otro.",
    "Some people are not active in the roster. Reload the list and choose again.":
      "Hay personas que no están activas en la plantilla. Actualiza la lista y elige de nuevo.",
    "This auction does not exist. Choose one from the list.":
      "Esa subasta no existe. Elige una de la lista.",
    "This password is easy to guess. Choose another one.":
      "Esta contraseña es fácil de adivinar. Elige otra.",
    "Choose one of the options.": "Elige una de las opciones.",
    "This person does not exist. Choose one from the list.":
      "Esa persona no existe. Elige una de la lista.",
    "This plan does not exist. Choose one from the list.":
      "Ese plan no existe. Elige uno de la lista.",
    "This raid does not exist. Choose one from the list.":
      "Esa banda no existe. Elige una de la lista.",
    "Use a public https address without a user name or port.":
      "Usa una dirección https pública, sin usuario ni puerto.",
    "Use at least # characters.": "Usa al menos # caracteres.",
    "Use at least one letter or digit.": "Usa al menos una letra o un dígito.",
    "Use at most # characters.": "Usa como mucho # caracteres.",
    "Use a–z, #–# and single hyphens. Start with a letter.":
      "Usa a–z, #–# y guiones sueltos. Empieza por una letra.",
    "Use visible letters.": "Usa letras visibles.",
  },
};
