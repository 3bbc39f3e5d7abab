-- Reads the roster that the client has into one table, as the server expects it (schema 1).
-- A value that is unknown is left out. It is never 0, "" or a guess.
local _, addon = ...
local client = addon.client

local SCHEMA = 1
local HOURS_A_DAY, DAYS_A_MONTH, DAYS_A_YEAR = 24, 30.4375, 365.25

local roster = {}
addon.roster = roster

-- Raised by `known` and caught by `read`.
local HIDDEN = {}

-- Passes a value on. Ends the reading when the client hides the value.
local function known(value)
  if client.isSecret(value) then
    error(HIDDEN, 0)
  end
  return value
end

-- The text, or nil for everything that is no text or is empty.
local function text(value)
  value = known(value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- The number, or nil when it is none or lower than `least`.
local function number(value, least)
  value = known(value)
  return type(value) == "number" and value >= least and value or nil
end

-- Hours since the member was last online: 0 while it is, nil when the client does not say.
local function lastSeen(index, isOnline, isMobile)
  if isOnline and not isMobile then
    return 0
  end
  local years, months, days, hours = client.guild("GetGuildRosterLastOnline", index)
  years, months, days, hours = number(years, 0), number(months, 0), number(days, 0), number(hours, 0)
  if not (years or months or days or hours) then
    return nil
  end
  local allDays = (years or 0) * DAYS_A_YEAR + (months or 0) * DAYS_A_MONTH + (days or 0)
  return math.floor(allDays * HOURS_A_DAY + (hours or 0))
end

-- One member, and the name of its rank. Nil when the client does not have the member yet.
local function member(index, seesOfficerNotes, seesPublicNotes)
  local name, rankName, rankIndex, level, _, _, publicNote, officerNote, isOnline, _, classFile, _, _, isMobile, _, _, guid =
    client.guild("GetGuildRosterInfo", index)
  name = text(name)
  if name == nil then
    return nil
  end
  local row = {
    guid = text(guid),
    name = name,
    rank = number(rankIndex, 0),
    level = number(level, 1),
    class = text(classFile),
    lastSeen = lastSeen(index, known(isOnline), known(isMobile)),
    note = seesPublicNotes and text(publicNote) or nil,
    officerNote = seesOfficerNotes and text(officerNote) or nil,
  }
  return row, text(rankName)
end

-- The names of the ranks, the leader's first, up to the first that is unknown.
local function ranks(namesOfMembers)
  local count = number(client.guild("GuildControlGetNumRanks"), 1) or 0
  local names = {}
  for index = 1, math.max(count, #namesOfMembers + 1) do
    local name = index <= count and text(client.guild("GuildControlGetRankName", index))
    names[index] = name or namesOfMembers[index - 1]
    if names[index] == nil then
      break
    end
  end
  return names
end

-- Does this character see a kind of notes? A client without the question shows them to everyone.
local function sees(question, otherwise)
  if client.hasGuildFunction(question) then
    return known(client.guild(question)) == true
  end
  return otherwise
end

local function readAll()
  local guild = text((client.guild("GetGuildInfo", "player")))
  if guild == nil then
    return nil, "noGuild"
  end
  local edition = client.edition()
  if edition == nil then
    return nil, "unknownClient"
  end
  local count = number((client.guild("GetNumGuildMembers")), 1)
  if count == nil then
    return nil, "incomplete"
  end
  local officerNotes, publicNotes = sees("CanViewOfficerNote", false), sees("CanViewPublicNote", true)
  local rows, rankNames = {}, {}
  for index = 1, count do
    local row, rankName = member(index, officerNotes, publicNotes)
    if row == nil then
      return nil, "incomplete"
    end
    rows[index] = row
    if row.rank and rankName then
      rankNames[row.rank] = rankName
    end
  end
  return {
    schema = SCHEMA,
    exportedAt = client.now(),
    edition = edition,
    region = client.region(),
    realm = edition ~= "forever" and client.realm() or nil,
    guild = guild,
    memberCount = count,
    canViewPublicNote = publicNotes,
    canViewOfficerNote = officerNotes,
    ranks = ranks(rankNames),
    rows = rows,
  }
end

-- The export, or nil and the name of the text that says why there is none.
function roster.read()
  if client.isInEncounter() then
    return nil, "encounter"
  end
  local isDone, export, reason = pcall(readAll)
  if isDone then
    return export, reason
  elseif export == HIDDEN then
    return nil, "hidden"
  end
  error(export, 0)
end
