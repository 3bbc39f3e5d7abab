/** The problems of guilds' own domains, in Spanish. */
export const domainProblems = {
  "domain/bad-name": "Este nombre no puede ser el dominio de la hermandad. Escribe otro.",
  "domain/changed": "El dominio acaba de cambiar. Vuelve a cargar la página.",
  "domain/dns-unreachable":
    "Los servidores DNS de este dominio no han respondido. No se ha cambiado nada. Inténtalo en un minuto.",
  "domain/no-dns":
    "Este servidor no puede consultar registros DNS. Comprueba el dominio en un servidor con Node.",
  "domain/not-found": "Esta hermandad no tiene dominio. Escribe uno antes.",
  "domain/record-missing":
    "No se encontró el registro TXT. Los cambios de DNS tardan de minutos a horas. Revísalo e inténtalo de nuevo.",
  "domain/taken":
    "Otra hermandad tiene este dominio y su registro sigue ahí. Quita antes ese registro.",
};
