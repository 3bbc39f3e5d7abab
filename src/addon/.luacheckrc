std = "lua51"
max_line_length = 130
globals = { "GuildhallSyncDB", "GuildhallSync_OpenWindow", "SLASH_GUILDHALL1", "SlashCmdList" }
read_globals = {
  "C_GuildInfo", "C_RestrictedActions", "C_Timer", "C_UI", "CreateFrame", "DEFAULT_CHAT_FRAME", "Enum",
  "GetBuildInfo", "GetCurrentRegion", "GetCurrentRegionName", "GetLocale",
  "GetNormalizedRealmName", "GetRealmName", "GetServerTime", "IsEncounterInProgress",
  "ReloadUI", "UIParent", "UISpecialFrames", "WOW_PROJECT_ID", "issecretvalue", "time",
}
