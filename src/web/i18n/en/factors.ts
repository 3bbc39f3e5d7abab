/** The second factor of an account: its pages and e-mails. */
export const factors = {
  title: "Two-step sign-in",
  lead: "Signing in also takes a code from an app on your phone, after your password or linked account.",
  requiredLead:
    "Operators need it: the console stays closed to you until an authenticator app is set up.",
  on: "on",
  off: "off",
  manage: "Manage two-step sign-in",
  setUp: "Set up two-step sign-in",
  back: "Back to your account",
  stepApp: "Install an authenticator app on your phone, if you have none.",
  stepSecret: "Add an account in the app with the secret below, or open the app from this device.",
  stepCode:
    "Enter the six digits that the app shows. You are then signed out on all other devices.",
  secret: "Secret for the app",
  openApp: "Open in an authenticator app",
  turnOn: "Turn on",
  turnOff: "Turn off",
  newCodes: "Make new recovery codes",
  codesLeft: (count: number) =>
    count === 1 ? "You have 1 unused recovery code." : `You have ${count} unused recovery codes.`,
  codesTitle: "Your recovery codes",
  codesLead:
    "Keep them where you find them without your phone. Each works once, and they are shown only now.",
  codesKept: "I have saved them",
  onNow: "Two-step sign-in is on.",
  codeTitle: "Enter your code",
  codeLead: "Your app shows a new code every 30 seconds. Without the app, enter a recovery code.",
  code: "Code",
  codeHint: "Six digits, such as 123 456.",
  startAgain: "Start again",
  operator: {
    lead: "For a person who lost the app and the recovery codes. Make sure that it is that person.",
    reset: "Remove second factor",
  },
  emails: {
    onSubject: "Two-step sign-in was turned on for your Guildhall account",
    onText: (name: string, device: string, address: string, at: string, link: string) =>
      `Hello ${name},

Signing in to your account now needs a code of an authenticator app:

Device:  ${device}
Address: ${address}
Time:    ${at}

If that was not you, reset your password and contact the operators of this platform:

${link}
`,
    offSubject: "Two-step sign-in was turned off for your Guildhall account",
    offText: (name: string, device: string, address: string, at: string, link: string) =>
      `Hello ${name},

Signing in to your account no longer needs a code:

Device:  ${device}
Address: ${address}
Time:    ${at}

If that was not you, change your password and turn it on again:

${link}
`,
    usedSubject: "A recovery code of your Guildhall account was used",
    usedText: (name: string, device: string, address: string, at: string, link: string) =>
      `Hello ${name},

A recovery code was used to sign in to your account. It works no more:

Device:  ${device}
Address: ${address}
Time:    ${at}

If that was not you, change your password and make new recovery codes:

${link}
`,
    resetSubject: "An operator removed two-step sign-in from your Guildhall account",
    resetText: (name: string, link: string) =>
      `Hello ${name},

An operator of this platform removed the second factor of your account and signed you out on all
devices. Signing in needs only your password or linked account until you set it up again:

${link}

If you did not ask for that, change your password and contact the operators.
`,
  },
};
