/** Data that the server sends to a page's script, as stream events or in `data-` attributes. */

export interface StepMessage {
  readonly step: string;
  readonly state: string;
  readonly label: string;
}

export interface ReadyMessage {
  readonly location: string;
}

export interface ClockMessage {
  readonly now: number;
}

/** The state of an auction, as its viewers may see it. Values are whole numbers of 10^-decimals. */
export interface AuctionMessage {
  readonly id: string;
  readonly status: string;
  readonly closesAt: number;
  readonly extensions: number;
  readonly decimals: number;
  readonly bids: number;
  readonly leaders: readonly {
    readonly name?: string;
    readonly value: number;
    readonly isOwn: boolean;
  }[];
}

/** The texts of a live page. `%1` and `%2` are placeholders that the script fills in. */
export interface LiveTexts {
  readonly live: string;
  readonly stale: string;
  readonly reconnecting: string;
  readonly closing: string;
  readonly beaten: string;
  readonly outbid: string;
  readonly lead: string;
  readonly over: string;
  readonly youLead: string;
  readonly leads: string;
  readonly nameless: string;
  readonly bids: readonly [one: string, more: string];
  readonly extended: string;
}

/** The response to a bid sent by script: `text` for a judged bid, else a problem's `detail`. */
export interface BidAnswer {
  readonly isPlaced?: boolean;
  readonly text?: string;
  readonly detail?: string;
}

export interface ReportMessage {
  readonly state: string;
  readonly sizeBytes: number;
  readonly receivedBytes: number;
  readonly parsedBytes: number;
  readonly encounters: number;
}

/** The current fight of a live log. Null between fights. */
export type LiveFightMessage = {
  readonly name: string;
  readonly durationMs: number;
  readonly players: readonly {
    readonly name: string;
    readonly damage: number;
    readonly healing: number;
  }[];
} | null;

export interface Timeline {
  readonly values: readonly number[];
  readonly deaths: readonly { readonly at: number; readonly name: string }[];
  readonly unit: { readonly time: string; readonly value: string };
  readonly hint: string;
  /** The second of the first value, and the label of the link to the part that is zoomed to. */
  readonly from: number;
  readonly link: string;
}
