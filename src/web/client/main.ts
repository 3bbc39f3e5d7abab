import { startBasics } from "./basics.ts";
import { startLivePages } from "./live-page.ts";
import { startPalette } from "./palette.ts";
import { startProgress } from "./progress.ts";
import { startReports } from "./reports.ts";
import { startSlugFields } from "./slug-field.ts";
import { startUploads } from "./uploads.ts";

// The script of every page. All pages work without it.
startBasics();
startPalette();
startSlugFields();
startProgress();
startUploads();
startReports();
startLivePages();
