/**
 * The frame of a page. A guild's places are a rail on wide screens. On narrow ones the rail opens above a
 * bar at the bottom. The console's sections are a column, a strip on medium screens, or such a bar.
 */
export const layout = `
.top{background:var(--surface);border-bottom:1px solid var(--line);position:sticky;top:0;z-index:20}
.top-inner,.shell,.foot{width:100%;max-width:var(--width);margin:0 auto;padding-left:1.25rem;
padding-right:1.25rem}
.top-inner{min-height:var(--top);display:flex;gap:0.75rem;align-items:center}
.brand{font-weight:700;letter-spacing:-0.01em;color:var(--text);text-decoration:none;
display:inline-flex;align-items:center;gap:0.55rem;min-height:2.75rem}
.brand svg{width:1.6rem;height:1.6rem;flex:none}
.brand-gate{fill:var(--text)}.brand-ember{fill:var(--ember)}
.guild-name{display:flex;align-items:center;gap:0.75rem;min-width:0;color:var(--text);
text-decoration:none;font-weight:600;min-height:2.75rem}
.guild-name::before{content:"";width:1px;height:1.4rem;background:var(--edge);flex:none;
transform:rotate(14deg)}
svg.crest{width:1.75rem;height:1.75rem;flex:none}
.with-crest{display:flex;align-items:center;gap:0.6rem}
.crest-preview svg.crest{width:5rem;height:5rem}
.guild-name span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.who{margin-left:auto;display:flex;gap:0.35rem;align-items:center;flex:none}
.who>a{color:var(--text);text-decoration:none;padding:0.4rem 0.75rem;border-radius:var(--radius);
min-height:2.75rem;display:inline-flex;align-items:center}
.who>a:hover{background:var(--raised)}
.who>a.button.primary{color:var(--on-ember)}
.who>a.button.primary:hover{background:var(--ember)}

.search-link{margin-left:auto;display:inline-flex;align-items:center;gap:0.5rem;min-height:2.25rem;
min-width:2.75rem;justify-content:center;padding:0.25rem 0.75rem;border:1px solid var(--line);
border-radius:var(--radius);color:var(--muted);text-decoration:none;flex:none}
.search-link:hover{color:var(--text);background:var(--raised)}
.search-link+.palette+.who{margin-left:0}
.palette{width:min(36rem,100% - 1.5rem);max-height:min(34rem,100dvh - 2rem);margin:max(1rem,10dvh) auto auto;
padding:0.75rem;border:1px solid var(--line);border-radius:var(--radius-large);background:var(--surface);
color:var(--text);box-shadow:0 10px 30px #0006;overflow:hidden auto}
.palette::backdrop{background:#0008}
.palette input{width:100%}
.palette [role=group]>span{display:block;color:var(--muted);font-size:0.75rem;font-weight:600;
padding:0.75rem 0.75rem 0.25rem}
.palette a{display:flex;align-items:center;min-height:2.5rem;padding:0.25rem 0.75rem;color:var(--text);
text-decoration:none;border-radius:var(--radius);overflow-wrap:anywhere}
.palette a[aria-selected=true],.palette a:hover{background:var(--raised);
box-shadow:inset 3px 0 0 var(--accent)}
.palette p{padding:0.5rem 0.75rem 0}.palette p:empty{display:none}
.plain-list{list-style:none;padding:0;display:grid;gap:0.25rem}
.plain-list a{display:inline-flex;align-items:center;min-height:1.75rem}

.menu{position:relative}
.menu>summary{list-style:none;display:flex;align-items:center;gap:0.55rem;min-height:2.75rem;
padding:0.25rem 0.6rem;border-radius:var(--radius)}
.menu>summary::-webkit-details-marker{display:none}
.menu>summary:hover,.menu[open]>summary{background:var(--raised)}
.menu-items{position:absolute;right:0;top:calc(100% + 0.35rem);min-width:13rem;z-index:25;
background:var(--surface);border:1px solid var(--line);border-radius:var(--radius-large);
padding:0.4rem;display:grid;box-shadow:0 10px 30px #0006}
.menu-items a{display:flex;align-items:center;gap:0.7rem;min-height:2.75rem;padding:0.4rem 0.75rem;
border-radius:var(--radius);color:var(--text);text-decoration:none}
.menu-items a:hover{background:var(--raised)}
.menu-items svg{color:var(--muted)}
.menu-items small{padding:0.35rem 0.75rem 0.5rem;color:var(--muted);border-bottom:1px solid var(--line);
margin-bottom:0.35rem;overflow-wrap:anywhere}
.avatar{width:1.9rem;height:1.9rem;border-radius:50%;display:grid;place-items:center;flex:none;
font-weight:700;font-size:var(--small);background:var(--ember);color:var(--on-ember)}

.shell{flex:1;display:grid;grid-template-columns:minmax(0,1fr);align-items:start;column-gap:2rem}
main{width:100%;padding:1.75rem 0 4rem;display:grid;gap:1.5rem;align-content:start;
grid-template-columns:minmax(0,1fr)}
main.narrow{max-width:34rem}
.plain main.narrow{margin:0 auto;padding-top:clamp(1.75rem,6vw,3.5rem)}
.banner{background:var(--ember);color:var(--on-ember);padding:0.6rem 1.25rem;text-align:center;
font-weight:600}
.banner a{color:inherit}.banner .row{justify-content:center}

.guild-nav a,.guild-nav summary{color:var(--muted);text-decoration:none;display:flex;
align-items:center;gap:0.7rem;padding:0.5rem 0.75rem;min-height:2.75rem;border-radius:var(--radius)}
.guild-nav a:hover,.guild-nav summary:hover{color:var(--text);background:var(--raised)}
.guild-nav a[aria-current],.guild-nav .current>summary{color:var(--text);background:var(--raised);
font-weight:600}
.guild-nav a[aria-current] svg,.guild-nav .current>summary svg{color:var(--accent)}
.guild-nav .more{display:none}

.rail section{display:grid;gap:0.1rem}
.rail h2{color:var(--muted);font-size:0.75rem;font-weight:600;letter-spacing:0.02em;padding:0 0.75rem}
.rail ul{list-style:none;padding:0;display:grid;gap:0.1rem}
.rail a,.bar a,.bar button{color:var(--text);text-decoration:none;display:flex;align-items:center;
gap:0.7rem;border-radius:var(--radius);padding:0.25rem 0.75rem;min-height:2.75rem}
.rail a svg,.bar svg{color:var(--muted)}
.rail a:hover,.bar a:hover,.bar button:hover{background:var(--raised)}
.rail a[aria-current]{background:var(--raised);font-weight:600;box-shadow:inset 3px 0 0 var(--accent)}
.rail a[aria-current] svg,.bar a[aria-current] svg,.bar .current svg{color:var(--accent)}
.rail a>span:first-of-type{flex:1;min-width:0;overflow-wrap:anywhere}
.count{flex:none;min-width:1.4rem;padding:0 0.4rem;border-radius:1rem;text-align:center;
font-size:0.75rem;line-height:1.4rem;font-weight:700;font-variant-numeric:tabular-nums;
background:var(--ember);color:var(--on-ember)}

footer{border-top:1px solid var(--line);color:var(--muted);font-size:var(--small)}
.foot{display:flex;gap:0.75rem 2rem;flex-wrap:wrap;align-items:center;padding-top:1rem;
padding-bottom:1rem}
.foot nav{margin-left:auto}
.foot nav a{display:inline-flex;align-items:center;min-height:2.75rem;color:var(--muted)}
.switch{display:inline-flex;border:1px solid var(--line);border-radius:var(--radius);padding:2px;
gap:2px}
.switch button{font:inherit;color:var(--muted);background:none;border:0;padding:0.3rem 0.7rem;
min-height:2.25rem;border-radius:calc(var(--radius) - 2px);cursor:pointer}
.switch button:hover{color:var(--text);background:var(--raised)}
.switch button[aria-pressed=true]{background:var(--raised);color:var(--text);font-weight:600}

@media (min-width:64rem){
.in-guild .shell{grid-template-columns:var(--rail) minmax(0,1fr)}
.bar{display:none}
.rail{display:grid;gap:0.9rem;position:sticky;inset:auto;top:calc(var(--top) + 1px);width:auto;
height:auto;max-height:calc(100dvh - var(--top) - 1px);margin:0;padding:1.5rem 0.25rem 1.5rem 0;border:0;
color:inherit;background:none;overflow:hidden auto;scrollbar-width:thin;font-size:var(--small)}
.rail a{min-height:2.1rem}
.guild-nav{position:sticky;top:calc(var(--top) + 1px);padding:1.75rem 0}
.guild-nav nav{display:grid;gap:0.2rem}
}
@media (min-width:40.01rem) and (max-width:63.99rem){
.guild-nav{border-bottom:1px solid var(--line);margin:0 -1.25rem;padding:0.35rem 1.25rem;
overflow-x:auto}
.guild-nav nav{display:flex;gap:0.25rem}
.guild-nav a{white-space:nowrap}
.guild-nav a svg{display:none}
}
@media (max-width:63.99rem){
body:has(.bar){padding-bottom:calc(3.75rem + env(safe-area-inset-bottom))}
.bar{position:fixed;bottom:0;left:0;right:0;z-index:20;display:grid;grid-auto-flow:column;
grid-auto-columns:minmax(0,1fr);background:var(--surface);border-top:1px solid var(--line);
padding:0 max(0px,(100% - 36rem)/2) env(safe-area-inset-bottom)}
.bar a,.bar button{flex-direction:column;justify-content:center;gap:0.15rem;min-height:3.75rem;
padding:0.3rem 0.1rem;font:inherit;font-size:0.75rem;line-height:1.15;letter-spacing:-0.01em;
border:0;border-radius:0;background:none;color:var(--muted);text-align:center;cursor:pointer;
position:relative}
.bar a[aria-current],.bar .current{color:var(--text);font-weight:600}
.bar svg{width:1.5rem;height:1.5rem}
.bar .count{position:absolute;top:0.25rem;left:calc(50% + 0.35rem)}
.bar :focus-visible{outline-offset:-4px}
.rail{position:fixed;inset:auto 0.5rem calc(4.25rem + env(safe-area-inset-bottom)) auto;margin:0;
width:min(28rem,100% - 1rem);max-height:calc(100dvh - 5.5rem);overflow:hidden auto;padding:0.75rem;
gap:0.9rem;background:var(--surface);color:var(--text);border:1px solid var(--line);
border-radius:var(--radius-large);box-shadow:0 10px 30px #0006}
.rail:popover-open{display:grid}
.rail ul{grid-template-columns:repeat(2,minmax(0,1fr))}
}
@media (max-width:26rem){
.top-inner:has(.who>a) .brand span{display:none}
.who>a{padding:0.4rem 0.6rem}
}
@media (max-width:40rem){
.top{position:static}
.search-link{border:0;padding:0.25rem;min-height:2.75rem}
.search-link span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.top-inner,.shell,.foot{padding-left:1rem;padding-right:1rem}
.who{gap:0}.who>a{padding:0.4rem 0.6rem}
main,.plain main.narrow{padding-top:1.25rem;padding-bottom:2.5rem}
.top-inner:has(.guild-name) .brand,.guild-name::before,.in-guild .who>a.button{display:none}
.menu>summary .name{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.in-guild{padding-bottom:calc(4rem + env(safe-area-inset-bottom))}
.guild-nav{position:fixed;bottom:0;left:0;right:0;z-index:20;background:var(--surface);
border-top:1px solid var(--line);padding-bottom:env(safe-area-inset-bottom)}
.guild-nav nav{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr)}
.guild-nav a,.guild-nav summary{flex-direction:column;justify-content:center;gap:0.15rem;
min-height:4rem;padding:0.35rem 0.1rem;font-size:0.7rem;line-height:1.1;letter-spacing:-0.01em;border-radius:0;
text-align:center;width:100%}
.guild-nav a[aria-current],.guild-nav .current>summary{font-weight:500}
.guild-nav a svg,.guild-nav summary svg{width:1.5rem;height:1.5rem}
.guild-nav nav>a.rest{display:none}
.guild-nav .more{display:block}
.guild-nav .menu-items{bottom:calc(100% + 0.4rem);top:auto;right:0.4rem}
.guild-nav .menu-items a{flex-direction:row;justify-content:start;font-size:1rem;gap:0.8rem;
min-height:3rem;padding:0.4rem 0.75rem;border-radius:var(--radius)}
.foot{flex-direction:column;align-items:start}
.foot nav{margin-left:0}
}
`;
