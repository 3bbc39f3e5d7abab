import type { landing as en } from "../en/landing.ts";
import type { Translated } from "../index.ts";

export const landing: Translated<typeof en> = {
  title: "Un hogar para tu hermandad, con su propia base de datos",
  lead: "Bandas, puntos y botín que todos pueden comprobar. Fundada en un minuto, siempre aparte.",
  found: "Funda tu hermandad",
  demo: "Abrir la hermandad de ejemplo",
  points: {
    apart: "Siempre aparte",
    apartText:
      "Los datos de tu hermandad viven en una base de datos que no guarda nada de nadie más.",
    provable: "Puntos demostrables",
    provableText: "Cada saldo es la suma de sus apuntes. Nada se edita; los errores se revierten.",
    fast: "Rápido en noche de banda",
    fastText: "Pensado para el móvil en una mano y el juego en la otra pantalla.",
  },
  plans: "Planes",
  free: "Gratis",
  freeText: "Una hermandad, 30 miembros, 30 días de registros y métricas.",
  premium: "Premium",
  premiumText:
    "Hermandades, miembros y días sin límite, con analíticas, exportación y bot de Discord.",
};
