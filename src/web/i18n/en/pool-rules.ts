/** The rules of a points pool: fields, what each rule does, and the preview of a change. */
export const poolRules = {
  edit: "Change rules",
  weekStart: "Weeks of the cap begin on",
  gameReset: "the game's weekly reset",
  weekHour: "Hour at which weeks begin (0 to 23)",
  classTitle: "Share of the price by class (%)",
  classHint: "Leave it empty for the full price.",
  prices: "Price list",
  pricesHint:
    "One price a line: slot, item level, points. It counts from that item level on. Example: Head 639 50",
  slotsAre: (names: string) => `Slots: ${names}.`,
  slots: {
    head: "Head",
    neck: "Neck",
    shoulder: "Shoulder",
    back: "Back",
    chest: "Chest",
    wrist: "Wrist",
    hands: "Hands",
    waist: "Waist",
    legs: "Legs",
    feet: "Feet",
    finger: "Finger",
    trinket: "Trinket",
    weapon: "Weapon",
    "two-hand": "Two-Hand",
    "off-hand": "Off-Hand",
    ranged: "Ranged",
    token: "Token",
  },
  preview: "Preview",
  previewTitle: "What this change would do",
  previewLead: "Nothing is saved yet. These are the standings of this moment.",
  sameRules: "The rules would stay as they are.",
  noChange: (people: number) =>
    people === 1
      ? "The standings of 1 person would stay as they are."
      : `The standings of ${people} people would stay as they are.`,
  changed: (changed: number, people: number) =>
    `${changed} of ${people} people would have another place or another balance after the next decay.`,
  shownOf: (shown: number, all: number) =>
    shown === all ? "" : `The first ${shown} of them are shown. The API returns all ${all}.`,
  place: "Place",
  afterDecay: "After the next decay",
  mayBuy: "May buy",
  capped: "At the cap",
  yes: "yes",
  no: "no",
  fromTo: (now: string, then: string) => (now === then ? now : `${now} → ${then}`),
  does: {
    floor: (points: string) => `Spending must leave at least ${points} points.`,
    noFloor: "Spending may go below zero without a limit.",
    minGear: (points: string) =>
      `Priority divides effort by gear points, and by ${points} at least.`,
    minEffort: (points: string) =>
      `People with fewer than ${points} effort points are sorted last and get no items.`,
    noMinEffort: "No minimum of effort points is needed to get items.",
    hardCap: (points: string) =>
      `No award raises a balance above ${points}. The rest is recorded as blocked.`,
    noHardCap: "Balances have no cap.",
    weeklyCap: (points: string) => `A person earns at most ${points} points a week.`,
    noWeeklyCap: "A person may earn any number of points in a week.",
    week: (day: string, hour: string) => `These weeks begin on ${day} at ${hour}, guild time.`,
    gameWeek: "These weeks begin with the game's reset in the guild's region.",
    decay: (percent: string, day: string, hour: string) =>
      `Each ${day} at ${hour}, guild time, balances lose ${percent} %.`,
    decayByHand: (percent: string) =>
      `Officers decay balances by ${percent} % by hand, at most once a week.`,
    noDecay: "Balances do not decay.",
    positivesOnly: "Debts do not decay.",
    debtsToo: "Debts decay too, which gives points back.",
    decayAbove: (points: string) => `Only the part of a balance above ${points} decays.`,
    offSpec: (percent: number) => `An item for the off spec costs ${percent} % of its price.`,
    bench: (percent: number) => `People on the bench get ${percent} % of a share of each price.`,
    tax: (percent: number) => `${percent} % of each price goes to the guild's tax account.`,
    noTax: "No tax is taken from prices.",
    classes: (parts: string) => `Of a price, ${parts}. Other classes pay all.`,
    classPart: (name: string, percent: number) => `${name} pays ${percent} %`,
    noClasses: "Every class pays the whole price.",
    prices: (count: number) =>
      `${count === 1 ? "1 price" : `${count} prices`} by slot and item level apply where no price is given.`,
    noPrices: "There is no price list: officers or bids set each price.",
  },
};
