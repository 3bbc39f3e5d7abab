-- The addon's texts in English and Spanish.
local _, addon = ...

local english = {
  title = "Guildhall Sync",
  export = "Export roster",
  reload = "Reload interface",
  hint = "Export the roster, then reload the interface or log out. The game writes the file then.",
  waiting = "Waiting for the roster from the game server…",
  done = "%d members exported. Reload the interface or log out, so that the game writes the file.",
  noNotes = "Your rank does not see officer notes, so the export has none.",
  noGuild = "This character is in no guild.",
  encounter = "The roster is not exported during an encounter. Try again after it.",
  hidden = "The game hides some values at the moment. Try again out of combat.",
  incomplete = "The game has not sent the whole roster. Open the guild window and try again.",
  unknownClient = "This version of the game is not supported. Update the addon.",
  usage = "/guildhall exports the roster. /guildhall window opens the window.",
}

local spanish = {
  title = "Guildhall Sync",
  export = "Exportar la lista",
  reload = "Recargar la interfaz",
  hint = "Exporta la lista y después recarga la interfaz o sal del juego. Entonces el juego escribe el archivo.",
  waiting = "Esperando la lista del servidor del juego…",
  done = "%d miembros exportados. Recarga la interfaz o sal del juego para que se escriba el archivo.",
  noNotes = "Tu rango no ve las notas de oficial, así que la exportación no las tiene.",
  noGuild = "Este personaje no está en ninguna hermandad.",
  encounter = "La lista no se exporta durante un encuentro. Inténtalo después.",
  hidden = "El juego oculta algunos datos en este momento. Inténtalo fuera de combate.",
  incomplete = "El juego no ha enviado la lista completa. Abre la ventana de la hermandad e inténtalo de nuevo.",
  unknownClient = "Esta versión del juego no es compatible. Actualiza el addon.",
  usage = "/guildhall exporta la lista. /guildhall window abre la ventana.",
}

local locale = GetLocale and GetLocale() or "enUS"
addon.texts = (locale == "esES" or locale == "esMX") and spanish or english
