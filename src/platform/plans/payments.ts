import type { GuildId } from "../../kernel/ids.ts";

/** What is to be paid for, and who pays. Addresses are absolute. */
export interface Order {
  readonly guildId: GuildId;
  readonly plan: string;
  readonly email: string;
  /** Known from an earlier payment, as the provider calls them. */
  readonly customer: string | null;
  readonly paidAt: string;
  readonly canceledAt: string;
}

/** What a guild's payment is like now. `id` is the news' own: the same news may come many times. */
export interface PaymentNews {
  readonly id: string;
  readonly type: string;
  readonly guildId: GuildId;
  readonly plan: string;
  readonly isActive: boolean;
  readonly customer: string;
  readonly reference: string;
  /** When it was asked how things are, in Unix milliseconds. */
  readonly asOf: number;
}

/** Somebody who takes money for plans. An instance without one gives plans by its operators only. */
export interface Payments {
  /** The plans that can be bought. */
  readonly plans: readonly string[];
  /** Where browsers are sent to, for the policy that says where forms may lead. */
  readonly origins: readonly string[];
  /** The address where an order is paid. @throws {Unavailable} `payment/unavailable` */
  checkout(order: Order): Promise<string>;
  /** The address where a customer changes or ends what they pay. */
  portal(customer: string, backTo: string): Promise<string>;
  /**
   * What a message says, once it is proved to be the provider's and fresh; undefined when it is
   * about nothing of ours. @throws {Unauthenticated} `payment/bad-signature`
   */
  news(message: string, signature: string): Promise<PaymentNews | undefined>;
}
