export const domains = {
  title: "Own domain",
  lead: "Show the guild at a name of your own, such as raids.example.com.",
  notIncluded: "A domain of your own is part of the Premium plan.",
  plan: "See the plan",
  name: "Domain",
  nameHint: "Without https://. You need access to the DNS records of this name.",
  claim: "Save domain",
  replaceHint: "Another domain replaces this one, which stops working at once.",
  state: "Status",
  states: {
    pending: "waiting for the record",
    active: "active",
    suspended: "paused: not in this plan",
    lost: "lost: the record is gone",
  },
  proof: "DNS records",
  proofLead:
    "Add both records at your DNS host, then check. A change takes from minutes to hours to arrive.",
  recordName: "Name of the TXT record",
  recordValue: "Value of the TXT record",
  target: "Target of the name (CNAME)",
  keep: "Keep the TXT record. It is checked every day, and without it the guild loses the domain.",
  checked: "Last check",
  never: "never",
  missing: "The TXT record was not found. Set it again before this time, or the domain is lost:",
  check: "Check now",
  remove: "Remove domain",
  signIns: "Members sign in at this domain separately, with e-mail address and password.",
  emails: {
    activeSubject: "Your guild has a domain of its own",
    activeText: (name: string, guild: string, domain: string, page: string) =>
      `Hello ${name},

The guild "${guild}" is served at ${domain} from now on. The owner of that domain decides which server it
leads to, so sign in there only if you trust them.

If this was not intended, remove the domain here:

${page}
`,
    missingSubject: "The DNS record of your guild's domain is missing",
    missingText: (
      name: string,
      guild: string,
      domain: string,
      record: string,
      days: string,
      page: string,
    ) =>
      `Hello ${name},

The guild "${guild}" uses the domain ${domain}. Its TXT record ${record} was not found today.

Set the record again within ${days} days, or the guild loses the domain. The record is shown here:

${page}
`,
    lostSubject: "Your guild has lost its domain",
    lostText: (name: string, guild: string, domain: string, page: string) =>
      `Hello ${name},

The guild "${guild}" is no longer served at ${domain}, because its TXT record is gone. All sign-ins at that
domain have ended. The guild's own address on this platform works as before.

To use the domain again, set the record and check it here:

${page}
`,
  },
};
