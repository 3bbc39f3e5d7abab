import { createRouter } from "../../../http/router.ts";
import { AppError } from "../../../kernel/errors.ts";
import { redirectToProof } from "../form-page.ts";
import { copyAccount } from "./service.ts";

/** The button of the account page that saves a copy of the person's data as a file. */
export function accountCopyPages() {
  const pages = createRouter();
  pages.post("/account/copy", async (c) => {
    try {
      const copy = await copyAccount(c.var.platform);
      return c.body(JSON.stringify(copy, null, 2), 200, {
        "Content-Type": "application/json",
        "Content-Disposition": 'attachment; filename="guildhall-account.json"',
        "Cache-Control": "no-store",
      });
    } catch (error) {
      if (error instanceof AppError && error.code === "auth/proof-required") {
        return redirectToProof(c, "/account");
      }
      throw error;
    }
  });
  return pages;
}
