/** The problems of imports, in Spanish. */
export const importProblems = {
  "imports/archive": "El archivo está comprimido. Descomprímelo y sube el archivo que contiene.",
  "imports/bad-answer": "Una respuesta no es una opción de su pregunta. Elige una de las opciones.",
  "imports/bad-encoding":
    "El archivo no está en UTF-8. Guárdalo de nuevo con la codificación UTF-8 y súbelo.",
  "imports/canceled": "La importación se canceló. Vuelve a subir el archivo para importarlo.",
  "imports/changed":
    "La importación cambió mientras la mirabas. Recarga la página y mira su estado.",
  "imports/database-file":
    "El archivo es una base de datos. Un operador la importa desde la línea de comandos.",
  "imports/in-use":
    "Hay cambios posteriores que dependen de esta importación. Revierte primero los que aparecen en la lista.",
  "imports/interrupted": "El servidor se detuvo mientras leía el archivo. Vuelve a subirlo.",
  "imports/no-rows":
    "No hay nada que importar en el archivo. Expórtalo de nuevo con todo el historial.",
  "imports/not-a-preview":
    "La importación ya no es una vista previa. Vuelve a subir el archivo para importarlo.",
  "imports/not-committed":
    "Solo se puede revertir una importación ya hecha. Una vista previa se cancela.",
  "imports/not-found": "Esta importación no existe. Elige una de la lista.",
  "imports/not-here":
    "Este servidor no puede leer archivos de otras herramientas. Para importarlos, usa Guildhall en Node.",
  "imports/open-questions":
    "La importación tiene preguntas que solo puede responder una persona. Respóndelas primero.",
  "imports/spreadsheet":
    "El archivo es una hoja de cálculo. Guarda la hoja como CSV (UTF-8) y sube ese archivo.",
  "imports/too-large":
    "El archivo es demasiado grande o tiene demasiados niveles. Exporta el historial por partes.",
  "imports/too-many":
    "Se están leyendo otros archivos de esta hermandad. Espera a que sus vistas previas estén listas.",
  "imports/unknown-database":
    "El archivo no tiene ninguna base de datos con ese nombre. El error indica los nombres que tiene.",
  "imports/unknown-format":
    "Ninguna herramienta conocida escribe este archivo. Elige su formato o guárdalo como CSV con cabecera.",
  "imports/unreadable":
    "El archivo está dañado o incompleto. El error indica el lugar. Expórtalo de nuevo.",
  "imports/unsafe-xml":
    "El XML define entidades, que una exportación no necesita. Expórtalo de nuevo.",
} as const;
