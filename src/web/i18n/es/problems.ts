import type { problems as en } from "../en/problems.ts";
import type { Translated } from "../index.ts";

export const problems: Translated<typeof en> = {
  whatNow: "Qué puedes hacer",
  requestId: "Id de la petición",
  signInHint: "Si perteneces a esta hermandad, entra y abre de nuevo esta dirección.",
  home: "Ir a la página de inicio",
  titles: {
    s400: "No se ha entendido la petición",
    s401: "Primero hay que entrar",
    s402: "Has llegado al límite de tu plan",
    s403: "No tienes permiso para esto",
    s404: "Aquí no hay nada",
    s409: "Eso ya no encaja",
    s413: "Es demasiado grande",
    s422: "Hay algo incorrecto en el formulario",
    s429: "Demasiados intentos",
    s500: "Algo ha fallado por nuestra parte",
    s503: "No disponible ahora mismo",
    s507: "No queda espacio",
  },
};
