@echo off
rem Starts the Guildhall companion. It needs Node 20 or newer: https://nodejs.org
cd /d "%~dp0"
where node >nul 2>nul
if errorlevel 1 (
  echo Node was not found. Install Node 20 or newer from https://nodejs.org, then start this again.
  pause
  exit /b 1
)
node companion.mjs %*
pause
