import type { poolRules as en } from "../en/pool-rules.ts";
import type { Translated } from "../index.ts";

export const poolRules: Translated<typeof en> = {
  edit: "Cambiar reglas",
  weekStart: "Las semanas del tope empiezan el",
  gameReset: "reinicio semanal del juego",
  weekHour: "Hora a la que empiezan las semanas (0 a 23)",
  classTitle: "Parte del precio por clase (%)",
  classHint: "Déjalo vacío para el precio entero.",
  prices: "Lista de precios",
  pricesHint:
    "Un precio por línea: hueco, nivel de objeto y puntos. Vale desde ese nivel. Ejemplo: Cabeza 639 50",
  slotsAre: (names) => `Huecos: ${names}.`,
  slots: {
    head: "Cabeza",
    neck: "Cuello",
    shoulder: "Hombros",
    back: "Espalda",
    chest: "Pecho",
    wrist: "Muñecas",
    hands: "Manos",
    waist: "Cintura",
    legs: "Piernas",
    feet: "Pies",
    finger: "Dedo",
    trinket: "Abalorio",
    weapon: "Arma",
    "two-hand": "Dos manos",
    "off-hand": "Mano izquierda",
    ranged: "A distancia",
    token: "Ficha",
  },
  preview: "Vista previa",
  previewTitle: "Qué haría este cambio",
  previewLead: "Aún no se ha guardado nada. Esta es la clasificación de este momento.",
  sameRules: "Las reglas quedarían como están.",
  noChange: (people) =>
    people === 1
      ? "La posición de 1 persona quedaría como está."
      : `Las posiciones de ${people} personas quedarían como están.`,
  changed: (changed, people) =>
    `${changed} de ${people} personas tendrían otra posición u otro saldo tras el próximo desgaste.`,
  shownOf: (shown, all) =>
    shown === all ? "" : `Se muestran las ${shown} primeras. La API devuelve las ${all}.`,
  place: "Posición",
  afterDecay: "Tras el próximo desgaste",
  mayBuy: "Puede comprar",
  capped: "En el tope",
  yes: "sí",
  no: "no",
  fromTo: (now, then) => (now === then ? now : `${now} → ${then}`),
  does: {
    floor: (points) => `Tras gastar deben quedar al menos ${points} puntos.`,
    noFloor: "Se puede gastar por debajo de cero sin límite.",
    minGear: (points) =>
      `La prioridad divide el esfuerzo entre los GP, como mínimo entre ${points}.`,
    minEffort: (points) => `Quien tiene menos de ${points} EP va al final y no recibe objetos.`,
    noMinEffort: "No hace falta un mínimo de EP para recibir objetos.",
    hardCap: (points) =>
      `Ningún premio sube un saldo por encima de ${points}. El resto se registra como bloqueado.`,
    noHardCap: "Los saldos no tienen tope.",
    weeklyCap: (points) => `Una persona gana como mucho ${points} puntos por semana.`,
    noWeeklyCap: "Una persona puede ganar cualquier cantidad de puntos en una semana.",
    week: (day, hour) => `Esas semanas empiezan el ${day} a las ${hour}, hora de la hermandad.`,
    gameWeek: "Esas semanas empiezan con el reinicio del juego en la región de la hermandad.",
    decay: (percent, day, hour) =>
      `Cada ${day} a las ${hour}, hora de la hermandad, los saldos pierden un ${percent} %.`,
    decayByHand: (percent) =>
      `Los oficiales aplican a mano un desgaste del ${percent} %, una vez por semana como mucho.`,
    noDecay: "Los saldos no se desgastan.",
    positivesOnly: "Las deudas no se desgastan.",
    debtsToo: "Las deudas también se desgastan, lo que devuelve puntos.",
    decayAbove: (points) => `Solo se desgasta la parte del saldo por encima de ${points}.`,
    offSpec: (percent) =>
      `Un objeto para la segunda especialización cuesta el ${percent} % de su precio.`,
    bench: (percent) => `El banquillo recibe el ${percent} % de una parte de cada precio.`,
    tax: (percent) => `El ${percent} % de cada precio va a la cuenta de impuestos de la hermandad.`,
    noTax: "No se cobra impuesto sobre los precios.",
    classes: (parts) => `De cada precio, ${parts}. Las demás clases lo pagan entero.`,
    classPart: (name, percent) => `${name} paga el ${percent} %`,
    noClasses: "Todas las clases pagan el precio entero.",
    prices: (count) =>
      `${count === 1 ? "1 precio" : `${count} precios`} por hueco y nivel de objeto valen cuando no se indica otro.`,
    noPrices: "No hay lista de precios: los fijan los oficiales o las pujas.",
  },
};
