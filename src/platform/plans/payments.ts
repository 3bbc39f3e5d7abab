import type { GuildId } from "../../kernel/ids.ts";

/** A plan to be paid for, and the payer. Addresses are absolute. */
export interface Order {
  readonly guildId: GuildId;
  readonly plan: string;
  readonly email: string;
  /** The provider's id of the customer, if there was an earlier payment. */
  readonly customer: string | null;
  readonly paidAt: string;
  readonly canceledAt: string;
}

/** The current state of a guild's payment. `id` identifies the event, which may arrive several times. */
export interface PaymentEvent {
  readonly id: string;
  readonly type: string;
  readonly guildId: GuildId;
  readonly plan: string;
  readonly isActive: boolean;
  readonly customer: string;
  readonly reference: string;
  /** When the state was read from the provider, in Unix milliseconds. */
  readonly asOf: number;
}

/** A payment provider. Without one, only operators give guilds a plan. */
export interface Payments {
  /** The plans that can be bought. */
  readonly plans: readonly string[];
  /** Origins that browsers are redirected to, for the `form-action` of the content security policy. */
  readonly origins: readonly string[];
  /** Returns the address where an order is paid. @throws {Unavailable} `payment/unavailable` */
  checkout(order: Order): Promise<string>;
  /** Returns the address where a customer changes or ends a payment. */
  portal(customer: string, backTo: string): Promise<string>;
  /**
   * Verifies the signature and the age of a message and returns its event. Undefined for events that do not
   * concern a guild's plan. @throws {Unauthenticated} `payment/bad-signature`
   */
  event(message: string, signature: string): Promise<PaymentEvent | undefined>;
}
