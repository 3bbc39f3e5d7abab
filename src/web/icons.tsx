/** Strokes on a 24 by 24 grid, drawn for this product. */
const PATHS = {
  home: "M4 11.5 12 4.5l8 7M6 10v9.5h12V10M10 19.5v-5h4v5",
  raids:
    "M4 4.500l9 9M20 4.500l-9 9M4 4.500h3M20 4.500h-3M6.500 14l3.500 3.500M17.500 14 14 17.500M4.500 19.500l3-3M19.500 19.500l-3-3",
  auctions:
    "m9.500 5.500 6 6M7.500 7.500l6 6M9 5l-3.500 3.500M16 12l-3.500 3.500M12 10l7.500 7.500M4.500 20h8",
  loot: "M4.500 10h15v9.500h-15zM4.500 10c0-3.500 2-5.500 4-5.500h7c2 0 4 2 4 5.500M10.500 12.500h3v3h-3z",
  standings: "M5 20v-7M12 20V4M19 20V9",
  ledger: "M6 3.5h12v17l-3-1.8-3 1.8-3-1.8-3 1.8zM9.5 8.5h5M9.5 12.5h5",
  identity:
    "M8 11.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 19c.4-3 2.6-4.5 5.5-4.5M14 9h7M14 13h7M14 17h4",
  roster: "M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.6-3.6 3.6-5 7.5-5s6.9 1.4 7.5 5",
  logs: "M4 20 9.5 11l4 5L20 4M4 20h16",
  members: "M12 3.5 19 6v6c0 4.3-2.9 7.2-7 8.5-4.1-1.3-7-4.2-7-8.500V6zM9 12l2.2 2.200L15.3 10",
  attendance: "M4.5 6h15v14h-15zM4.5 10.500h15M8.500 3.500v4M15.500 3.500v4M9 15.500l2 2 4-4",
  progress: "M5 20.500v-17M5 4.500h11l-2.500 3.500 2.500 3.500H5M9 20.500h10",
  inbox: "M3.500 13.500 6 5h12l2.500 8.500V19h-17zM3.500 13.500H9a3 3 0 0 0 6 0h5.500",
  audit: "M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.500V12l3 2",
  settings:
    "M4 7.500h8M18 7.500h2M4 16.500h2M12 16.500h8M15 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM9 19a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 20 20",
  more: "M5 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM19 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2Z",
  check: "m5 12.5 4.5 4.500L19 7.5",
  cross: "M6.5 6.500l11 11M17.5 6.500l-11 11",
  warning: "M12 4 21 19.500H3zM12 10v4M12 16.800h.01",
  apart:
    "M4 6.500c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3ZM4 6.500v11c0 1.7 3.6 3 8 3s8-1.3 8-3v-11M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  proof: "M12 4v16M7 20h10M5 7.500h14M5 7.5 2.5 14h5zM19 7.5 16.5 14h5z",
  fast: "M13.5 3 5.5 13.500H11L10 21l8.5-11H13z",
  operator: "M4 5.500h16v13H4zM7.500 10l2.500 2-2.500 2M12.500 14.500h4",
  guilds: "M6 3.500v17M6 5h12l-2.5 4L18 13H6",
  out: "M14 4.500h5v15h-5M4.5 12H15M11.5 8.5 15 12l-3.5 3.5",
} as const;

export type IconName = keyof typeof PATHS;

/** Decorative only. The text beside it carries the meaning. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The product's logo: an ember in the gate of a hall. */
export function Brand() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        class="brand-gate"
        d="M3 21V10.500L12 3l9 7.500V21h-4.500v-7.500a4.5 4.5 0 0 0-9 0V21z"
      />
      <path class="brand-ember" d="m12 13.5 2.5 3.5-2.5 4-2.5-4z" />
    </svg>
  );
}
