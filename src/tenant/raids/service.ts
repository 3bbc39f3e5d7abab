export { type AttendanceRow, attendance, attendancePage } from "./attendance.ts";
export {
  type AttendanceGrid,
  attendanceGrid,
  type GridPerson,
  type Mark,
} from "./attendance-grid.ts";
export {
  cancelRaid,
  changeRaid,
  endSeries,
  planRaid,
  planSeries,
  signUp,
} from "./plan.ts";
export { setPresence } from "./presence.ts";
export { matchAttendance, type NameMatches } from "./present-names.ts";
export {
  comingRaids,
  openRaids,
  overdueRaids,
  pastRaids,
  type Raid,
  type RaidPerson,
  type RaidView,
  raid,
  raidsAround,
  type Series,
  series,
} from "./queries.ts";
export { awardRaid, endRaid, joinBench, startRaid } from "./run.ts";
export { changeSeries } from "./series-change.ts";
export {
  addTeam,
  archiveTeam,
  changeTeam,
  type RaidTeam,
  raidTeamsOf,
} from "./teams.ts";
