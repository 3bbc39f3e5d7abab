-- A small window with the buttons. It is made when it is opened for the first time.
local _, addon = ...
local exporter, texts = addon.exporter, addon.texts

local window

local function button(parent, label, left, onClick)
  local made = CreateFrame("Button", nil, parent, "UIPanelButtonTemplate")
  made:SetSize(160, 24)
  made:SetPoint("BOTTOMLEFT", left, 14)
  made:SetText(label)
  made:SetScript("OnClick", onClick)
  return made
end

local function make()
  local frame = CreateFrame("Frame", "GuildhallSyncWindow", UIParent, "BasicFrameTemplateWithInset")
  frame:SetSize(364, 150)
  frame:SetPoint("CENTER")
  frame:SetMovable(true)
  frame:EnableMouse(true)
  frame:RegisterForDrag("LeftButton")
  frame:SetScript("OnDragStart", frame.StartMoving)
  frame:SetScript("OnDragStop", frame.StopMovingOrSizing)
  local title = frame:CreateFontString(nil, "OVERLAY", "GameFontHighlight")
  title:SetPoint("TOP", 0, -5)
  title:SetText(texts.title)
  local status = frame:CreateFontString(nil, "OVERLAY", "GameFontNormal")
  status:SetPoint("TOPLEFT", 16, -36)
  status:SetWidth(332)
  status:SetJustifyH("LEFT")
  status:SetText(texts.hint)
  exporter.onMessage = function(text)
    status:SetText(text)
  end
  frame.exportButton = button(frame, texts.export, 16, exporter.start)
  frame.reloadButton = button(frame, texts.reload, 188, function()
    if C_UI and C_UI.Reload then
      C_UI.Reload()
    else
      ReloadUI()
    end
  end)
  -- Escape closes it.
  table.insert(UISpecialFrames, "GuildhallSyncWindow")
  return frame
end

function addon.openWindow()
  window = window or make()
  window:Show()
end

-- The game's list of addons at the minimap calls this.
function GuildhallSync_OpenWindow()
  addon.openWindow()
end
