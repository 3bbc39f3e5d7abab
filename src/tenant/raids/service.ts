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
} from "./planning.ts";
export {
  type AttendanceRow,
  attendance,
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
} from "./reading.ts";
export {
  awardRaid,
  endRaid,
  joinBench,
  type PresenceChange,
  type RaidAward,
  setPresence,
  startRaid,
} from "./running.ts";
