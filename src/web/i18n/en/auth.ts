export const auth = {
  email: "E-mail address",
  password: "Password",
  passwordHint: "8 characters or more. Several words are better than one word with symbols.",
  currentPassword: "Current password",
  newPassword: "New password",
  name: "Your name",
  nameHint: "The name that your guild knows you by.",
  signUpTitle: "Create an account",
  signUpLead: "Then you can create a guild or join one with an invitation.",
  signUp: "Create account",
  haveAccount: "I already have an account",
  signInTitle: "Sign in",
  signIn: "Sign in",
  noAccount: "Create an account",
  forgot: "I forgot my password",
  signOutTitle: "Sign out?",
  signOutLead: "You can sign in again at any time.",
  signOut: "Sign out",
  stay: "Stay signed in",
  resetTitle: "Reset your password",
  resetLead: "We send you a link. It expires in one hour.",
  resetSend: "Send reset link",
  resetSentTitle: "Check your e-mail",
  resetSent:
    "If this address has an account, a link is on its way. Check your spam folder as well.",
  resetAgain: "Request another link",
  choosePasswordTitle: "Choose a new password",
  choosePasswordLead: "You will be signed out on all other devices.",
  choosePassword: "Save password",
  verifyTitle: "Confirm your e-mail address",
  verifyLead: (email: string) => `You are about to confirm ${email}.`,
  verify: "Confirm address",
  verifyOther: "If this is not your address, close this page. Nothing has changed yet.",
  or: "or",
  continueWith: (provider: string) => `Continue with ${provider}`,
  newcomerTitle: "Almost done",
  newcomerLead: "Enter your e-mail address. We send you a link to confirm it.",
  roundFailed: "Sign-in failed",
  waysIn: "Linked accounts",
  waysInLead: "Anyone who can sign in to a linked account can also sign in here.",
  linked: "linked",
  notLinked: "not linked",
  link: (provider: string) => `Link ${provider}`,
  unlink: (provider: string) => `Unlink ${provider}`,
  firstPassword: "Set a password",
  firstPasswordLead: "With a password you can also sign in by e-mail address.",
  proofTitleElsewhere: "Confirm that it is you",
  proofTitle: "Enter your password again",
  proofLead: "This action is protected. We will not ask again for ten minutes.",
  proof: "Continue",
  accountTitle: "Your account",
  profile: "Profile",
  save: "Save changes",
  verified: "confirmed",
  unverified: "not confirmed",
  unverifiedText:
    "Confirm your address to send or accept invitations by e-mail and to become the owner of a guild.",
  sendLink: "Send confirmation e-mail",
  changePassword: "Change password",
  changePasswordLead: "You stay signed in here and are signed out on all other devices.",
  look: "Language and theme",
  copyTitle: "Your data",
  copyLead:
    "A file with your account, sessions and guilds, your characters and your newest audit entries. It has no passwords and nothing about other people.",
  copyButton: "Download my data",
  sessions: "Active sessions",
  sessionsLead: "Sign out any device that you do not recognize. Then change your password.",
  device: "Device",
  address: "IP address",
  lastUsed: "Last used",
  thisDevice: "this device",
  unknownDevice: "Unknown device",
  onSystem: (browser: string, system: string) => `${browser} on ${system}`,
  atDomain: (device: string, domain: string) => `${device}, at ${domain}`,
  end: "Sign out",
  endDevice: (device: string) => `Sign out ${device}`,
  endOthers: "Sign out all other devices",
  faults: {
    email: "Enter an e-mail address, such as name@example.org.",
    name: "Enter a name of up to 50 characters.",
    password: "Use 8 to 256 characters.",
    code: "Enter the six digits of your app, or a recovery code.",
    "too-short": "Use at least 8 characters.",
    "too-long": "Use at most 256 characters.",
    unreadable: "The pasted text is damaged. Type the password instead.",
    common: "This password is easy to guess. Choose another one.",
    personal: "Do not include your name, your e-mail address or the name of this site.",
  },
  errors: {
    "auth/email-taken": "This address already has an account. Sign in instead.",
    "auth/wrong-credentials":
      "The e-mail address or the password is wrong. Check both, or reset your password.",
    "auth/wrong-password": "The password is wrong. Try again.",
    "auth/code-required":
      "This account has a second factor. Enter the code of your authenticator app as well.",
    "auth/wrong-code":
      "The code is wrong or was used already. Wait for the next one, or use a recovery code.",
    "auth/code-refused":
      "The code is wrong or was used already. Wait for the next one and enter it.",
    "auth/factor-on": "Two-step sign-in is on already. Turn it off first.",
    "auth/factor-off": "This account has no second factor. Reload the page.",
    "auth/factor-not-begun": "There is no secret to confirm. Begin again.",
    "operator/second-factor-required":
      "Operators need two-step sign-in. Set it up on your account page, then come back.",
    "auth/weak-password": "Choose a stronger password.",
    "auth/link-not-valid": "This link has expired or was already used. Request a new one.",
    "auth/no-such-session": "This session has already ended.",
    "auth/no-such-provider": "This sign-in method is not available here. Choose another one.",
    "auth/round-not-valid":
      "This sign-in was started in another browser, or it has expired. Start again.",
    "auth/provider-unavailable":
      "The other site did not answer. Nothing has changed. Try again in a moment.",
    "auth/link-first":
      "This address already has an account, but the address is not confirmed. Sign in with your password, then link the other account there.",
    "auth/identity-taken":
      "It is already linked to another Guildhall account. Sign in to that account and unlink it there first.",
    "auth/identity-exists":
      "Another account of this kind is already linked. Unlink that one first.",
    "auth/not-linked": "This account is not linked. Reload the page.",
    "auth/last-way-in": "This is your only way to sign in. Set a password first.",
    "auth/busy": "Many people are signing in right now. Try again in a moment.",
    "rate/too-many": "Too many attempts. Wait a minute and try again.",
    "request/invalid": "Fix the fields below.",
  },
  emails: {
    verifySubject: "Confirm your e-mail address at Guildhall",
    verifyText: (name: string, link: string) =>
      `Hello ${name},

Sign in and open this link to confirm your e-mail address:

${link}

The link expires in 24 hours. If you did not create an account at Guildhall, ignore this e-mail.
Your address cannot be used without your confirmation.
`,
    linkedSubject: (provider: string) => `${provider} was linked to your Guildhall account`,
    linkedText: (name: string, provider: string, account: string, link: string) =>
      `Hello ${name},

The ${provider} account ${account} was linked to your Guildhall account. Anyone who can sign in to
it can now sign in to Guildhall as you.

If that was not you, unlink it and change your password:

${link}
`,
    unlinkedSubject: (provider: string) => `${provider} was unlinked from your Guildhall account`,
    unlinkedText: (name: string, provider: string, link: string) =>
      `Hello ${name},

Your ${provider} account was unlinked from your Guildhall account. You can no longer sign in with
it.

If that was not you, change your password and check your active sessions:

${link}
`,
    newPlaceSubject: "New sign-in to your Guildhall account",
    newPlaceText: (name: string, device: string, address: string, at: string, link: string) =>
      `Hello ${name},

Your account was used to sign in from a device and a network that we have not seen before:

Device:  ${device}
Address: ${address}
Time:    ${at}

If that was you, ignore this e-mail. If not, change your password and sign out all other devices:

${link}
`,
    passwordSubject: "Your Guildhall password was changed",
    passwordText: (name: string, device: string, address: string, at: string, link: string) =>
      `Hello ${name},

The password of your account was changed:

Device:  ${device}
Address: ${address}
Time:    ${at}

If that was not you, reset your password now and check your active sessions:

${link}
`,
    keySubject: "A new API key in one of your guilds",
    keyText: (name: string, key: string, guild: string, link: string) =>
      `Hello ${name},

The API key "${key}" was created with your account for the guild "${guild}". It can do what its
scopes allow until it expires or is revoked.

If that was not you, revoke it in the settings of the guild and change your password:

${link}
`,
    receivedSubject: "You now own a guild at Guildhall",
    receivedText: (name: string, guild: string, from: string) =>
      `Hello ${name},

"${from}" transferred the guild "${guild}" to you. You are now its owner.
`,
    givenSubject: "You transferred a guild at Guildhall",
    givenText: (name: string, guild: string, to: string, link: string) =>
      `Hello ${name},

The guild "${guild}" was transferred to "${to}" with your account. You remain in it as an admin.

If that was not you, change your password and contact the operators of this platform:

${link}
`,
    operatorSubject: "You are now an operator of Guildhall",
    operatorText: (name: string, areas: string, link: string) =>
      `Hello ${name},

Your account received operator rights for: ${areas}.

If you did not expect this, contact the operators of this platform. Your active sessions:

${link}
`,
    resetSubject: "Reset your Guildhall password",
    resetText: (name: string, link: string) =>
      `Hello ${name},

Open this link to choose a new password:

${link}

The link expires in one hour and works once. If you did not request it, ignore this e-mail: your
password stays the same.
`,
  },
};
