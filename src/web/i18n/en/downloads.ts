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
  lastUpload: "Last upload",
  never: "never",
  rows: (count: number) => (count === 1 ? "1 character" : `${count} characters`),
};
