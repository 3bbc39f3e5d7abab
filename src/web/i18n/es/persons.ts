import type { persons as en } from "../en/persons.ts";
import type { Translated } from "../index.ts";

const many = (one: string, other: string) => (count: number) =>
  count === 1 ? `1 ${one}` : `${count} ${other}`;

export const persons: Translated<typeof en> = {
  title: (from, into) => `Unir ${from} con ${into}`,
  lead: (from, into) =>
    `Todo lo de ${from} pasa a ${into}, y la ficha de ${from} se archiva. Puedes deshacerlo.`,
  join: "Unir personas",
  moves: "Qué se traspasa",
  nothing: "Esta persona no tiene nada que traspasar.",
  overlaps: "Qué tienen ambas",
  overlapsLead: "Desde ahora cuenta una de las dos. La otra vuelve al deshacer la unión.",
  overlap: (kind, about, keeps) => `${kind}, ${about}: de ${keeps}`,
  kinds: {
    points: "Puntos",
    login: "Cuenta",
    characters: "Personaje",
    links: "Vínculo",
    proofs: "Prueba",
    signups: "Inscripción",
    attendance: "Asistencia",
    teams: "Equipo",
    loot: "Botín",
    wishes: "Deseo",
    responses: "Respuesta en el consejo",
    votes: "Voto en el consejo",
    bids: "Puja",
    passes: "Renuncia",
  },
  counts: {
    points: many("saldo", "saldos"),
    login: () => "la cuenta del miembro",
    characters: many("personaje", "personajes"),
    links: many("vínculo", "vínculos"),
    proofs: many("prueba", "pruebas"),
    signups: many("inscripción", "inscripciones"),
    attendance: many("asistencia", "asistencias"),
    teams: many("equipo", "equipos"),
    loot: many("objeto", "objetos"),
    wishes: many("deseo", "deseos"),
    responses: many("respuesta en el consejo", "respuestas en el consejo"),
    votes: many("voto en el consejo", "votos en el consejo"),
    bids: many("puja", "pujas"),
    passes: many("renuncia", "renuncias"),
  },
  joinWith: "Unir con otra persona",
  joinWithLead:
    "Elige la otra ficha de la misma persona. Sus puntos, inscripciones, botín y personajes pasan a esta.",
  other: "Otra persona",
  preview: "Vista previa",
  history: "Uniones y traslados",
  joined: (from, into) => `${from} unida con ${into}`,
  moved: (from, into) => `Personaje trasladado de ${from} a ${into}`,
  by: (name) => `por ${name}`,
  undo: "Deshacer",
  undone: "deshecho",
  move: "Trasladar a otra persona",
  moveLead: "Los puntos se quedan con quien los tiene.",
  newPerson: "Una persona nueva",
  moveAction: "Trasladar personaje",
};
