import { z } from "@hono/zod-openapi";
import { nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { emailAddress } from "./email.ts";

// Input schemas of the API and the forms. Unknown members are refused.

/** A display name. */
const personName = nameField(limits.auth.nameCharsMax);

/** Bounds the work, in UTF-16 units. The rules for new passwords are in passwords.ts. */
const passwordText = z.string().max(2 * limits.auth.passwordCharsMax);

/** The secret of a mailed link. */
const linkToken = z.string().min(1).max(100);

export const signUpInput = z.strictObject({
  email: emailAddress,
  password: passwordText,
  name: personName,
});
/** A code of an authenticator app or a recovery code, with spaces or hyphens anywhere. */
const factorCode = z
  .string()
  .max(40)
  .regex(/^[A-Za-z\d -]+$/);

export const signInInput = z.strictObject({ email: emailAddress, password: passwordText });
/** For the API, which has no second page to ask on. */
export const apiSignInInput = signInInput.extend({ code: factorCode.optional() });
export const codeInput = z.strictObject({ code: factorCode });
export const resetInput = z.strictObject({ token: linkToken, password: passwordText });
export const newUserInput = z.strictObject({ email: emailAddress, name: personName });
export const nameInput = z.strictObject({ name: personName });
export const passwordInput = z.strictObject({
  /** Absent for an account without a password. */
  currentPassword: passwordText.optional(),
  password: passwordText,
});
export const proofInput = z.strictObject({ password: passwordText });
export const emailInput = z.strictObject({ email: emailAddress });
export const tokenInput = z.strictObject({ token: linkToken });
