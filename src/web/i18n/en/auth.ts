export const auth = {
  email: "E-mail address",
  password: "Password",
  passwordHint: "8 characters or more, in any script. A few words are better than one with signs.",
  currentPassword: "Current password",
  newPassword: "New password",
  name: "Your name",
  nameHint: "As your guild knows you.",
  signUpTitle: "Make an account",
  signUpLead: "Next you found your guild or follow its invitation.",
  signUp: "Make an account",
  haveAccount: "I have an account",
  signInTitle: "Sign in",
  signIn: "Sign in",
  noAccount: "Make an account",
  forgot: "I forgot my password",
  signOutTitle: "Sign out?",
  signOutLead: "You can sign in again at any time.",
  signOut: "Sign out",
  stay: "Stay signed in",
  resetTitle: "Ask for a new password",
  resetLead: "We mail you a link that is good for one hour.",
  resetSend: "Mail me the link",
  resetSentTitle: "Look into your mailbox",
  resetSent: "If this address has an account, a link is on its way. Look into the spam folder too.",
  resetAgain: "Ask for another link",
  choosePasswordTitle: "Choose a new password",
  choosePasswordLead: "You will be signed out everywhere else.",
  choosePassword: "Set the password",
  verifyTitle: "Confirm your e-mail address",
  verifyLead: (email: string) => `You are about to confirm ${email}.`,
  verify: "Confirm",
  verifyOther: "If this is not your address, close this page: nothing has happened yet.",
  or: "or",
  continueWith: (provider: string) => `Continue with ${provider}`,
  newcomerTitle: "Almost there",
  newcomerLead:
    "Tell us where mail reaches you. We send a link there, with which you confirm the address.",
  roundFailed: "That did not work",
  waysIn: "Sign in without a password",
  waysInLead: "Whoever can sign in there can sign in here.",
  linked: "linked",
  notLinked: "not linked",
  link: (provider: string) => `Link ${provider}`,
  unlink: (provider: string) => `Unlink ${provider}`,
  firstPassword: "Set a password",
  firstPasswordLead: "You have none yet. With one you can sign in by your e-mail address too.",
  proofTitleElsewhere: "Is it you?",
  proofTitle: "Type your password once more",
  proofLead: "What comes next is for you alone. You will not be asked again for ten minutes.",
  proof: "Go on",
  accountTitle: "Your account",
  profile: "Profile",
  save: "Save",
  verified: "confirmed",
  unverified: "not confirmed yet",
  unverifiedText: "Invitations by e-mail and taking over a guild need a confirmed address.",
  sendLink: "Mail me the link",
  changePassword: "Change the password",
  changePasswordLead: "You stay signed in here and are signed out everywhere else.",
  look: "Language and theme",
  sessions: "Where you are signed in",
  sessionsLead: "End what you do not know, then change your password.",
  device: "Device",
  address: "Address",
  lastUsed: "Last used",
  thisDevice: "this device",
  unknownDevice: "Unknown device",
  onSystem: (browser: string, system: string) => `${browser} on ${system}`,
  end: "Sign out",
  endDevice: (device: string) => `Sign out ${device}`,
  endOthers: "Sign out everywhere else",
  faults: {
    email: "Write an e-mail address, such as name@example.org.",
    name: "Write a name of up to 50 characters.",
    password: "Use 8 to 256 characters.",
    "too-short": "Use at least 8 characters.",
    "too-long": "Use at most 256 characters.",
    unreadable: "This text is damaged. Type the password instead of pasting it.",
    common: "This is one of the passwords that are guessed first. Choose another.",
    personal: "Leave your name, your e-mail address and ours out of it.",
  },
  errors: {
    "auth/email-taken": "This address has an account already. Sign in instead.",
    "auth/wrong-credentials":
      "No account has this address and password. Check both, or ask for a new password.",
    "auth/wrong-password": "This is not your password. Try again.",
    "auth/weak-password": "Choose another password.",
    "auth/link-not-valid": "This link is no longer good. Ask for a new one.",
    "auth/no-such-session": "This session has ended already.",
    "auth/no-such-provider": "Nobody can sign in this way here. Choose another.",
    "auth/round-not-valid":
      "This sign-in was not begun in this browser, or it is over. Begin again.",
    "auth/provider-unavailable":
      "The other site did not answer. Nothing has changed; begin again in a moment.",
    "auth/link-first":
      "An account has this address, but nobody has confirmed it. Sign in with its password or ask for a new one, then link in your account.",
    "auth/identity-taken":
      "This opens another account here. Sign in with it and unlink it there first.",
    "auth/identity-exists":
      "Another account of the same kind is linked already. Unlink that one first.",
    "auth/not-linked": "This is not linked to your account. Look again.",
    "auth/last-way-in": "Nothing else would open your account. Set a password first.",
    "auth/busy": "Many people are signing in. Try again in a moment.",
    "rate/too-many": "Too many tries. Wait a minute and try again.",
    "request/invalid": "Some of the input is not right. See each field.",
  },
  letters: {
    verifySubject: "Confirm your e-mail address at Guildhall",
    verifyText: (name: string, link: string) =>
      `Hello ${name},

open this link while you are signed in, and confirm your e-mail address:

${link}

It is good for 24 hours. If you made no account at Guildhall, do nothing: without your
confirmation nobody can use your address.
`,
    linkedSubject: (provider: string) => `${provider} now opens your account at Guildhall`,
    linkedText: (name: string, provider: string, account: string, link: string) =>
      `Hello ${name},

the ${provider} account ${account} was linked to your account at Guildhall. Whoever can sign in
there can sign in here from now on.

If that was not you, unlink it and change your password:

${link}
`,
    unlinkedSubject: (provider: string) => `${provider} no longer opens your account at Guildhall`,
    unlinkedText: (name: string, provider: string, link: string) =>
      `Hello ${name},

your ${provider} account was unlinked from your account at Guildhall.

If that was not you, change your password and look at your sessions:

${link}
`,
    newPlaceSubject: "A sign-in from a new place at Guildhall",
    newPlaceText: (name: string, device: string, address: string, at: string, link: string) =>
      `Hello ${name},

there was a sign-in to your account from a device and a network that we do not know:

Device:  ${device}
Address: ${address}
Time:    ${at}

If that was you, do nothing. If not, change your password and sign out everywhere else:

${link}
`,
    passwordSubject: "Your password at Guildhall was changed",
    passwordText: (name: string, device: string, address: string, at: string, link: string) =>
      `Hello ${name},

the password of your account was changed:

Device:  ${device}
Address: ${address}
Time:    ${at}

If that was not you, ask for a new password at once and look at your sessions:

${link}
`,
    keySubject: "A new API key in one of your guilds",
    keyText: (name: string, key: string, guild: string, link: string) =>
      `Hello ${name},

the API key "${key}" was made with your account for the guild "${guild}". It does what its scopes
allow until it ends or is revoked.

If that was not you, revoke it in the guild's settings and change your password:

${link}
`,
    receivedSubject: "You own a guild at Guildhall now",
    receivedText: (name: string, guild: string, from: string) =>
      `Hello ${name},

the guild "${guild}" was handed over to you by "${from}". You are its owner now.
`,
    givenSubject: "You handed over a guild at Guildhall",
    givenText: (name: string, guild: string, to: string, link: string) =>
      `Hello ${name},

the guild "${guild}" was handed over to "${to}" with your account. You stay in it as an admin.

If that was not you, change your password and write to the operators of this platform:

${link}
`,
    operatorSubject: "Your account operates Guildhall now",
    operatorText: (name: string, areas: string, link: string) =>
      `Hello ${name},

your account was given rights of an operator: ${areas}.

If you did not expect this, tell the operators of this platform. Your sessions are here:

${link}
`,
    resetSubject: "A new password for Guildhall",
    resetText: (name: string, link: string) =>
      `Hello ${name},

with this link you can choose a new password:

${link}

It is good for one hour and works once. If you did not ask for it, do nothing: your password
stays as it is.
`,
  },
};
