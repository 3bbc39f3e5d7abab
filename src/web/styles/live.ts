/** Live elements: countdowns, status dots and bids. */
export const live = `
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.status-dot{display:inline-flex;align-items:center;gap:0.45rem;font-size:var(--small);color:var(--muted)}
.status-dot[hidden]{display:none}
.status-dot::before{content:"";width:0.7rem;height:0.7rem;border-radius:50%;background:var(--edge)}
.status-dot[data-connection=live]::before{background:var(--good)}
.status-dot[data-connection=reconnecting]::before{background:var(--accent)}
.status-dot[data-connection=stale]::before{background:var(--bad)}
.status-dot[data-connection=stale]{color:var(--bad)}
.grid.auctions{grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.auction>header{display:flex;gap:0.5rem;justify-content:space-between;align-items:start;flex-wrap:wrap}
.auction h2{overflow-wrap:anywhere;min-width:0}
.auction[data-leading=yes]{border-color:var(--good);box-shadow:inset 4px 0 0 var(--good),var(--lift)}
.auction.outbid[data-leading=no]{border-color:var(--bad);box-shadow:inset 4px 0 0 var(--bad),var(--lift)}
.countdown{display:flex;gap:0.5rem;align-items:baseline;flex-wrap:wrap}
.countdown time{font-size:1.35rem;font-weight:650;font-variant-numeric:tabular-nums}
.countdown time.soon{color:var(--accent)}.countdown time.last{color:var(--bad)}
.countdown .extended{font-size:var(--small);color:var(--accent)}
.standing{display:flex;gap:0.35rem 0.75rem;align-items:baseline;flex-wrap:wrap}
.standing .price{font-size:1.6rem;font-variant-numeric:tabular-nums}
form.bid{display:grid;gap:0.75rem;grid-template-columns:minmax(0,1fr)}
form.bid .row{flex-wrap:nowrap}form.bid .row input{min-width:0;flex:1}
.button.wide{width:100%;min-height:3rem;font-size:1.05rem}
.button:disabled{opacity:0.5;cursor:not-allowed}
.bid-result{min-height:1.5em;margin:0}
.bid-result.good{color:var(--good)}.bid-result.bad{color:var(--bad)}
.funds{font-size:var(--small)}
.timeline{min-width:0;overflow:hidden}
.timeline .u-legend{color:var(--muted);font-size:var(--small)}
.timeline .u-select{background:color-mix(in srgb,var(--accent) 25%,transparent)}
ul.plain{list-style:none;padding:0;display:grid;gap:0.3rem}
dl.facts code{overflow-wrap:anywhere;font-size:0.82rem}
.counter{display:flex;gap:0.4rem 1rem;flex-wrap:wrap;list-style:none;padding:0}
.next-raid{display:grid;gap:0.6rem}
.next-raid .lead{display:flex;gap:0.6rem;flex-wrap:wrap;align-items:center;font-size:1.25rem;font-weight:650}
.answer fieldset{border:0;padding:0;margin:0;min-width:0}
.answer legend{margin:0 0 0.4rem;padding:0}
.answer .row{flex-wrap:nowrap}
.answer .button{flex:1 1 0;min-width:0;max-width:9rem;padding-left:0.4rem;padding-right:0.4rem}
.counter li{font-weight:600;font-variant-numeric:tabular-nums}
`;
