-- A client of the game, as far as the addon sees it. `world` says which one, and who is in the guild.
-- `files` holds the addon's files in the order of its .toc. `play` is run when they are loaded.
-- Returns the messages of the addon, a line with "----", and the SavedVariables file.
return function(world, files, play)
  local messages, frames, timers, clock = {}, {}, {}, 0
  local showsOffline, isInEncounter = world.showsOffline ~= false, false
  local calls = { GuildRoster = 0 }

  -- What an addon does not get from the game.
  io, os, require, dofile, loadfile, package, debug, module = nil, nil, nil, nil, nil, nil, nil, nil

  local function fire(event, ...)
    for _, frame in ipairs(frames) do
      if frame.events[event] and frame.scripts.OnEvent then
        frame.scripts.OnEvent(frame, event, ...)
      end
    end
  end

  local widget = {}
  widget.__index = function(_, name)
    return widget[name] or function() end
  end
  function widget:RegisterEvent(event) self.events[event] = true end
  function widget:UnregisterEvent(event) self.events[event] = nil end
  function widget:SetScript(name, run) self.scripts[name] = run end
  function widget:SetText(text) self.text = text end
  function widget:CreateFontString() return CreateFrame("FontString") end
  function widget:Click() self.scripts.OnClick(self) end

  function CreateFrame(_, name)
    local frame = setmetatable({ events = {}, scripts = {} }, widget)
    frames[#frames + 1] = frame
    if name then _G[name] = frame end
    return frame
  end

  UIParent, UISpecialFrames, SlashCmdList = {}, {}, {}
  DEFAULT_CHAT_FRAME = { AddMessage = function(_, text) messages[#messages + 1] = text end }
  C_Timer = { After = function(seconds, run) timers[#timers + 1] = { at = clock + seconds, run = run } end }
  time = function() return world.now end
  function GetServerTime() return world.now end
  function GetLocale() return world.locale or "enUS" end
  if world.interface then
    function GetBuildInfo() return "1.0.0", "1", "Nov 1 2026", world.interface end
  end
  WOW_PROJECT_ID = world.project or 0
  function GetRealmName() return world.realmName or "" end
  if world.normalizedRealm then
    function GetNormalizedRealmName() return world.normalizedRealm end
  end
  if world.region then
    function GetCurrentRegion() return world.region end
  end
  function IsEncounterInProgress() return isInEncounter end
  ReloadUI = function() messages[#messages + 1] = "reloaded" end

  -- The members that the client lists: without offline ones while the guild window hides them.
  local function listed()
    if showsOffline then return world.members end
    local found = {}
    for _, one in ipairs(world.members) do
      if one.online then found[#found + 1] = one end
    end
    return found
  end
  local secret = {}
  if world.hasSecrets then
    function issecretvalue(value) return value == secret end
  end

  local guild = {}
  function guild.GuildRoster() calls.GuildRoster = calls.GuildRoster + 1 end
  function guild.GetNumGuildMembers() return #world.members, 1, 1 end
  function guild.GetGuildRosterInfo(index)
    local one = listed()[index]
    if not one or world.isLoading then return nil end
    local name = one.name
    if one.isSecret then name = secret end
    local officerNote = world.seesOfficerNotes and one.officerNote or ""
    return name, one.rankName, one.rank, one.level, one.class, "Zone", one.note or "", officerNote,
      one.online or false, 0, one.class, 10, 1, one.mobile or false, false, 0, one.guid
  end
  function guild.GetGuildRosterLastOnline(index)
    local one = listed()[index]
    if one.lastOnline then return unpack(one.lastOnline) end
  end
  function guild.CanViewOfficerNote() return world.seesOfficerNotes end
  function guild.GetGuildRosterShowOffline() return showsOffline end
  function guild.SetGuildRosterShowOffline(shows)
    showsOffline = shows
    fire("GUILD_ROSTER_UPDATE", false)
  end
  function guild.GuildControlGetNumRanks() return #(world.ranks or {}) end
  function guild.GuildControlGetRankName(index) return world.ranks[index] end
  function guild.IsInGuild() return world.guild ~= nil end
  function guild.GetGuildInfo() return world.guild, "Member", 3 end

  -- Newer clients have the functions of the guild in a namespace only, older ones as globals only.
  if world.namespace then
    C_GuildInfo = {}
  end
  for name, run in pairs(guild) do
    local isLeftOut = false
    for _, missing in ipairs(world.without or {}) do isLeftOut = isLeftOut or missing == name end
    if not isLeftOut then
      if world.namespace and name ~= "GetGuildRosterInfo" and name ~= "IsInGuild" and name ~= "GetGuildInfo" then
        C_GuildInfo[name] = run
      else
        _G[name] = run
      end
    end
  end

  local game = {
    world = world,
    calls = calls,
    event = function(name, ...)
      if name == "ENCOUNTER_START" then isInEncounter = true end
      if name == "ENCOUNTER_END" then isInEncounter = false end
      fire(name, ...)
    end,
    -- Lets seconds pass and runs the timers that are due, in their order.
    pass = function(seconds)
      local goal = clock + seconds
      while true do
        table.sort(timers, function(a, b) return a.at < b.at end)
        if not timers[1] or timers[1].at > goal then break end
        local due = table.remove(timers, 1)
        clock = due.at
        due.run()
      end
      clock = goal
    end,
    slash = function(words) SlashCmdList["GUILDHALL"](words or "") end,
    showsOffline = function() return showsOffline end,
  }
  -- The roster arrives from the game server.
  function game.arrive()
    game.event("GUILD_ROSTER_UPDATE", true)
    game.pass(0)
  end

  local namespace = {}
  for _, file in ipairs(files) do
    assert(loadstring(file.text, "@" .. file.name))("GuildhallSync", namespace)
  end
  game.event("ADDON_LOADED", "GuildhallSync")
  play(game)

  -- Writes a table as the game writes SavedVariables, in the order of its hash.
  local function quoted(text)
    return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", "\\n"):gsub("\r", "\\r") .. '"'
  end
  local function written(value, indent)
    if type(value) == "string" then return quoted(value) end
    if type(value) == "number" then return string.format("%.14g", value) end
    if type(value) ~= "table" then return tostring(value) end
    local tab = world.tabs and string.rep("\t", indent + 1) or ""
    local lines, count = {}, #value
    for index = 1, count do
      local comment = world.tabs and " -- [" .. index .. "]" or ""
      lines[index] = tab .. written(value[index], indent + 1) .. "," .. comment
    end
    for key, one in pairs(value) do
      if not (type(key) == "number" and key >= 1 and key <= count) then
        local name = type(key) == "string" and quoted(key) or tostring(key)
        lines[#lines + 1] = tab .. "[" .. name .. "] = " .. written(one, indent + 1) .. ","
      end
    end
    local close = world.tabs and string.rep("\t", indent) or ""
    return "{\n" .. table.concat(lines, "\n") .. (#lines > 0 and "\n" or "") .. close .. "}"
  end
  local saved = "\nGuildhallSyncDB = " .. written(GuildhallSyncDB, 0) .. "\n"
  return table.concat(messages, "\n") .. "\n----\n" .. saved
end
