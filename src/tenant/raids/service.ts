export { type AttendanceRow, attendance } from "./attendance.ts";
export {
  cancelRaid,
  changeRaid,
  endSeries,
  type NewRaid,
  type NewSeries,
  planRaid,
  planSeries,
  type SignupInput,
  signUp,
} from "./plan.ts";
export {
  comingRaids,
  pastRaids,
  presentAt,
  type Raid,
  type RaidPerson,
  type RaidView,
  raid,
  raidsAround,
  type Series,
  series,
} from "./queries.ts";
export {
  awardRaid,
  endRaid,
  joinBench,
  type PresenceChange,
  type RaidAward,
  setPresence,
  startRaid,
} from "./run.ts";
