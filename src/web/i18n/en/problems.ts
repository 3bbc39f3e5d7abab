import { meanings } from "./problem-meanings.ts";

export const problems = {
  // The errors themselves speak English; a translation has a sentence for every code.
  sentences: {} as Readonly<Record<string, string>>,
  // What each code means where no error is at hand; a translation has its sentences for that.
  meanings,
  whatNow: "What you can do",
  requestId: "Request id",
  signInHint: "If you belong to this guild, sign in and open this address again.",
  home: "Go to the start page",

  again: "Try again",
  plan: "See plan and usage",
  use: "In use",
  about: "What this means",
  all: "Problems and what to do about them",
  allLead:
    "Every answer that is a problem names a code. Here is each of them, by the status it comes with.",
  code: "Code",
  status: "HTTP status",
  stillThere:
    "If that does not help, send us the request id that came with the answer. We can look it up.",
  titles: {
    s400: "This request was not understood",
    s401: "Sign in first",
    s402: "Your plan's limit is reached",
    s403: "You are not allowed to do this",
    s404: "There is nothing here",
    s408: "That took too long",
    s409: "That does not fit any more",
    s413: "That is too large",
    s422: "Something in the form is not right",
    s429: "Too many tries",
    s500: "Something went wrong on our side",
    s501: "Not possible here",
    s503: "Not available right now",
    s507: "There is no room left",
  },
  next: {
    s400: "The request cannot be understood. Look at its address, its headers and its JSON.",
    s401: "Sign in, or send a token or a key that is still good. Then send the request again.",
    s402: "Free some of what is used, or let the guild's owner choose a larger plan.",
    s403: "Ask somebody whose role allows it, or somebody who may change yours.",
    s404: "Look at the address again. What you may not see answers like what is not there.",
    s408: "Send it again, in one go and over a faster line.",
    s409: "Something changed meanwhile, or does not fit. Load it again, look, and decide anew.",
    s413: "Send less at once.",
    s422: "Correct what is named under errors, field by field, and send it again.",
    s429: "Wait as long as Retry-After says. Then the same request works.",
    s501: "No waiting helps: this server is not made for it. Ask whoever runs it.",
    s503: "Wait as long as Retry-After says and send the same again, best with an Idempotency-Key.",
    s507: "Tell whoever runs this server. What was there before is still there.",
  },
};
