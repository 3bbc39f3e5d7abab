/**
 * Tables. Wide screens keep the header visible while the page scrolls. Medium ones scroll the table in
 * its own frame. On a phone each row is a small card.
 */
export const tables = `
.table-wrap{border:1px solid var(--line);border-radius:var(--radius-large);background:var(--surface);
overflow-x:auto;box-shadow:var(--lift)}
table{border-collapse:separate;border-spacing:0;width:100%}
caption{text-align:left;padding:0.8rem 1rem 0.7rem;color:var(--muted);font-size:var(--small)}
th,td{text-align:left;padding:0.65rem 1rem;border-top:1px solid var(--line);vertical-align:top}
.card table th,.card table td{padding-left:0;padding-right:0}
.card table th+td{padding-left:1rem}
.card>table tr:first-child>*{border-top:0}
.card>table td{text-align:right;color:var(--muted)}
.card>table td.num{color:inherit}
.card .table-wrap{box-shadow:none}
.card .table-wrap th,.card .table-wrap td{padding-left:1rem;padding-right:1rem}
th[scope=row]{font-weight:500}
td a,th[scope=row] a{color:var(--text);font-weight:600;text-decoration-color:var(--line)}
td a:hover,th[scope=row] a:hover{color:var(--accent);text-decoration-color:currentColor}
td a.button,td a.button:hover{color:inherit}
thead th{background:var(--raised);font-size:var(--small);font-weight:600;color:var(--muted);
white-space:nowrap;border-top:0;vertical-align:middle;border-bottom:1px solid var(--line);padding-top:0.45rem;
padding-bottom:0.45rem}
thead th+th{padding-left:0.75rem}
tbody tr:first-child>*{border-top:0}
thead th a{color:inherit;text-decoration:none;display:inline-flex;align-items:center;gap:0.3rem;
min-height:1.9rem}
thead th a::after{content:"↕";opacity:0.55;font-weight:400}
thead th[aria-sort=ascending] a::after{content:"↑";opacity:1}
thead th[aria-sort=descending] a::after{content:"↓";opacity:1}
thead th a:hover,thead th[aria-sort=ascending],thead th[aria-sort=descending]{color:var(--text)}
th.num,td.num{text-align:right}
td details[open]>summary{margin-bottom:0.35rem}
tbody tr:hover>*{background:color-mix(in srgb,var(--raised) 55%,transparent)}
tbody tr:last-child>:first-child{border-bottom-left-radius:var(--radius-large)}
tbody tr:last-child>:last-child{border-bottom-right-radius:var(--radius-large)}
form.list{display:grid;gap:1rem;justify-items:start}form.list>.table-wrap{width:100%}
td .row{gap:0.4rem}
td .button{min-height:2.25rem;padding:0.25rem 0.75rem;font-size:var(--small)}
td select{width:auto;min-height:2.25rem;padding:0.2rem 0.5rem;font-size:var(--small)}
main:has(.htmx-request) .table-wrap{opacity:0.6}
@media (min-width:64rem){
.table-wrap.cards{overflow-x:visible}
.table-wrap.cards thead th{position:sticky;top:calc(var(--top) + 1px);z-index:5}
}
@media (max-width:40rem){
.card>table tr{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;padding:0.5rem 0;
border-top:1px solid var(--line)}
.card>table tr:first-child{border-top:0}
.card>table th,.card>table td,.card>table th+td{border:0;padding:0.1rem 0}
.table-wrap.cards{border:0;background:none;overflow:visible;box-shadow:none}
.cards table,.cards tbody{display:grid;gap:0.6rem}
.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cards caption{padding:0}
.cards tbody tr{display:flex;flex-wrap:wrap;gap:0.3rem 1.25rem;align-items:start;
background:var(--surface);border:1px solid var(--line);border-radius:var(--radius-large);
padding:0.75rem 0.9rem;box-shadow:var(--lift)}
.cards tbody tr:has(>td:not(.title,.key))::before{content:"";order:-1;flex:0 0 100%}
.cards tbody tr:hover>*{background:none}
.cards tbody td,.card .cards tbody td{border:0;padding:0;text-align:left;font-size:0.94rem;
max-width:100%;overflow-wrap:anywhere}
.cards tbody td::before{content:attr(data-label);display:block;color:var(--muted);
font-size:0.75rem;line-height:1.3}
.cards tbody td:has(>div:empty){display:none}
.cards tbody td.wide{flex:1 0 100%}
.cards tbody td.title{order:-3;flex:1 1 55%;font-size:1rem;font-weight:600}
.cards tbody td.key{order:-2;flex:0 0 auto;margin-left:auto;text-align:right;font-size:1.05rem;
font-weight:650}
.cards tbody td.title::before,.cards tbody td.key::before{display:none}
.cards td .button,.cards td select{min-height:2.75rem}
.table-wrap.lines{border:1px solid var(--line);background:var(--surface)}
.lines table,.lines tbody{gap:0}
.lines caption{padding:0.6rem 0.8rem 0.4rem}
.lines tbody tr{gap:0 0.75rem;align-items:baseline;min-height:2.75rem;padding:0.5rem 0.8rem;border:0;
border-top:1px solid var(--line);border-radius:0;box-shadow:none;background:none}
.lines tbody td:not(.title,.key){font-size:var(--small);color:var(--muted)}
.lines tbody td>div{display:inline}
.lines tbody td::before{display:none}
.lines tbody td.num:not(.key)::before{display:inline;margin-right:0.3rem}
}
`;
