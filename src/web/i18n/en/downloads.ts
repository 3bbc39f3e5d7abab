export const downloads = {
  title: "Addon and companion",
  lead: "Read ranks, notes and last logins from the game. Blizzard's API does not have them.",
  addon: "Addon GuildhallSync",
  addonText: "It exports the roster of your guild in the game. It works in every edition.",
  addonSteps: [
    "Close the game and unpack the zip into the folder Interface/AddOns of your edition.",
    "In the game, type /guildhall. Use a character whose rank sees officer notes.",
    "Type /reload or log out. The game writes the file only then.",
  ],
  addonFile: "The file is WTF/Account/<account>/SavedVariables/GuildhallSync.lua.",
  guide: "Instructions",
  addonDownload: "Download addon",
  companion: "Companion",
  companionText:
    "It runs on the computer with the game and uploads each export by itself. It only reads the game's files.",
  companionSteps: [
    "Install Node 20 or newer and unpack the zip.",
    "Create an API key with the permission “Upload the addon's roster”, and put it into key.txt.",
    "Start the file for your system and keep its window open while you play.",
  ],
  companionFile: "The zip names this server and this guild. It holds no key.",
  companionDownload: "Download companion",
  keys: "API keys",
  keysAsk: "An admin of the guild can create the key.",
  lastUpload: "Last upload",
  never: "never",
  rows: (count: number) => (count === 1 ? "1 character" : `${count} characters`),
};
