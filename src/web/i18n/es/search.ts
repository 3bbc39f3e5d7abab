import type { search as en } from "../en/search.ts";
import type { Translated } from "../index.ts";

export const search: Translated<typeof en> = {
  title: "Buscar",
  label: "Busca personas, bandas, objetos y páginas",
  pages: "Páginas",
  people: "Personas",
  raids: "Bandas",
  items: "Objetos",
  none: "Sin resultados",
  noneText: "Revisa la ortografía o escribe una parte más corta del nombre.",
  keys: "Pulsa Ctrl y K",
};
