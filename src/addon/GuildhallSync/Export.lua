-- Asks the game server for the roster and stores one export when it has arrived. The game writes the
-- stored table to a file at logout and at /reload.
local addonName, addon = ...
local client, roster, texts = addon.client, addon.roster, addon.texts

-- The game server answers requests for the roster every ten seconds at most.
local RETRY_SECONDS, TRIES_MAX = 11, 3

local exporter = {}
addon.exporter = exporter

local frame = CreateFrame("Frame")
-- Counts the requests, so that a timer of an old one changes nothing.
local request = 0
local tries, isWaiting, isReading = 0, false, false
local showedOffline

local function say(text)
  exporter.lastMessage = text
  if DEFAULT_CHAT_FRAME then
    DEFAULT_CHAT_FRAME:AddMessage("|cfff3a34fGuildhall:|r " .. text)
  end
  if exporter.onMessage then
    exporter.onMessage(text)
  end
end

-- Offline members are in the roster only while the guild window shows them.
local function showOffline()
  if client.hasGuildFunction("SetGuildRosterShowOffline") then
    showedOffline = client.guild("GetGuildRosterShowOffline") and true or false
    if not showedOffline then
      client.guild("SetGuildRosterShowOffline", true)
    end
  end
end

local function finish(text)
  isWaiting = false
  frame:UnregisterEvent("GUILD_ROSTER_UPDATE")
  if showedOffline == false then
    client.guild("SetGuildRosterShowOffline", false)
  end
  showedOffline = nil
  say(text)
end

-- Stores the export if the roster is complete. Without one it waits on, unless waiting is in vain.
local function tryToStore()
  local export, reason = roster.read()
  if export then
    GuildhallSyncDB = export
    finish(texts.done:format(export.memberCount))
    if not export.canViewOfficerNote then
      say(texts.noNotes)
    end
  elseif reason ~= "incomplete" then
    finish(texts[reason])
  end
end

local function ask(number)
  tries = tries + 1
  client.guild("GuildRoster")
  C_Timer.After(RETRY_SECONDS, function()
    if not isWaiting or number ~= request then
      return
    elseif tries < TRIES_MAX then
      ask(number)
    else
      finish(texts.incomplete)
    end
  end)
end

-- Starts an export. Says why when there can be none now.
function exporter.start()
  if isWaiting then
    return say(texts.waiting)
  elseif client.isInEncounter() then
    return say(texts.encounter)
  elseif client.hasGuildFunction("IsInGuild") and not client.guild("IsInGuild") then
    return say(texts.noGuild)
  end
  request, tries, isWaiting = request + 1, 0, true
  frame:RegisterEvent("GUILD_ROSTER_UPDATE")
  say(texts.waiting)
  showOffline()
  ask(request)
end

frame:RegisterEvent("ENCOUNTER_START")
frame:SetScript("OnEvent", function(_, event)
  if not isWaiting then
    return
  elseif event == "ENCOUNTER_START" then
    finish(texts.encounter)
  elseif not isReading then
    -- The event may come many times in one frame. The roster is read once, in the next.
    isReading = true
    local number = request
    C_Timer.After(0, function()
      isReading = false
      if isWaiting and number == request then
        tryToStore()
      end
    end)
  end
end)

SLASH_GUILDHALL1 = "/guildhall"
SlashCmdList["GUILDHALL"] = function(words)
  local word = (words or ""):lower():match("^%s*(%S*)")
  if word == "" or word == "export" then
    exporter.start()
  elseif word == "window" then
    addon.openWindow()
  else
    say(texts.usage)
  end
end

addon.name = addonName
