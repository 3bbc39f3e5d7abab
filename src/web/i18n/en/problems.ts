export const problems = {
  // The errors themselves speak English; a translation has a sentence for every code.
  sentences: {} as Readonly<Record<string, string>>,
  whatNow: "What you can do",
  requestId: "Request id",
  signInHint: "If you belong to this guild, sign in and open this address again.",
  home: "Go to the start page",

  again: "Try again",
  plan: "See plan and usage",
  use: "In use",
  titles: {
    s400: "This request was not understood",
    s401: "Sign in first",
    s402: "Your plan's limit is reached",
    s403: "You are not allowed to do this",
    s404: "There is nothing here",
    s409: "That does not fit any more",
    s413: "That is too large",
    s422: "Something in the form is not right",
    s429: "Too many tries",
    s500: "Something went wrong on our side",
    s503: "Not available right now",
    s507: "There is no room left",
  },
};
