-- What differs between the clients of the game. Functions are looked up when they are called, because
-- some clients define them late. C_GuildInfo comes first: newer clients have removed the old globals.
local _, addon = ...

local client = {}
addon.client = client

-- The regions by the number that GetCurrentRegion returns.
local REGIONS = { "us", "kr", "eu", "tw", "cn" }

-- A function of the guild by its name, or nil.
local function guildFunction(name)
  local namespace = _G.C_GuildInfo
  return namespace and namespace[name] or _G[name]
end

-- Calls a function of the guild. Returns nothing where the client does not have it.
function client.guild(name, ...)
  local found = guildFunction(name)
  if found then
    return found(...)
  end
end

function client.hasGuildFunction(name)
  return guildFunction(name) ~= nil
end

-- True for a value that the client hides from addons. Even comparing such a value is an error.
function client.isSecret(value)
  return _G.issecretvalue ~= nil and _G.issecretvalue(value) == true
end

-- True while the client plays an encounter, or restricts addons because of one.
function client.isInEncounter()
  if IsEncounterInProgress and IsEncounterInProgress() then
    return true
  end
  local restrictions, kinds = _G.C_RestrictedActions, _G.Enum and _G.Enum.AddOnRestrictionType
  if restrictions and restrictions.IsAddOnRestrictionActive and kinds and kinds.Encounter then
    return restrictions.IsAddOnRestrictionActive(kinds.Encounter) == true
  end
  return false
end

-- The editions by WOW_PROJECT_ID. Forever and some classic editions share one, so it is asked last.
local PROJECTS = {
  [1] = "retail",
  [2] = "era",
  [5] = "anniversary",
  [11] = "progression",
  [14] = "progression",
  [19] = "progression",
}

-- The edition of the game, or nil for a client that is not known.
function client.edition()
  local number = GetBuildInfo and select(4, GetBuildInfo())
  if type(number) ~= "number" then
    return PROJECTS[WOW_PROJECT_ID]
  end
  if number >= 100000 then
    return "retail"
  elseif number >= 30000 then
    return "progression"
  elseif number >= 20000 then
    return "anniversary"
  elseif number >= 16000 then
    return "forever"
  elseif number >= 11000 then
    return "era"
  end
  return nil
end

-- The region in lower case, or nil.
function client.region()
  local name = GetCurrentRegionName and GetCurrentRegionName()
  if type(name) == "string" and name ~= "" then
    name = name:lower()
    for _, known in ipairs(REGIONS) do
      if name == known then
        return known
      end
    end
  end
  return GetCurrentRegion and REGIONS[GetCurrentRegion()] or nil
end

-- The realm of this character, or nil in an edition without realms.
function client.realm()
  local realm = GetNormalizedRealmName and GetNormalizedRealmName()
  if realm == nil or realm == "" then
    realm = GetRealmName and GetRealmName()
  end
  return realm ~= "" and realm or nil
end

-- Unix time in seconds.
function client.now()
  return GetServerTime and GetServerTime() or time()
end
