export const base = `
*,*::before,*::after{box-sizing:border-box}
html{font:100%/1.55 var(--font);background:var(--ground);color:var(--text);
-webkit-text-size-adjust:100%;scroll-padding-top:5rem}
body{margin:0;min-height:100vh;display:flex;flex-direction:column}
h1,h2,h3{line-height:1.2;margin:0;text-wrap:balance;letter-spacing:-0.01em}
h1{font-size:clamp(1.5rem,1.2rem + 1.6vw,2.2rem)}h2{font-size:1.25rem}h3{font-size:1.05rem}
p,ul,ol,dl{margin:0}ul,ol{padding-left:1.25rem}
a{color:var(--accent);text-underline-offset:0.2em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
code,pre,.mono{font-family:var(--mono);font-size:0.9em}
pre{overflow:auto;background:var(--raised);padding:1rem;border-radius:var(--radius)}
.num{font-variant-numeric:tabular-nums;text-align:right;white-space:nowrap}
.muted{color:var(--muted)}.good{color:var(--good)}.bad{color:var(--bad)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--accent);color:var(--on-accent);
padding:0.6rem 1rem;border-radius:var(--radius);z-index:20}.skip:focus{top:0.5rem}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}

.top{background:var(--surface);border-bottom:1px solid var(--line);position:sticky;top:0;z-index:10}
.top-inner{max-width:var(--width);margin:0 auto;padding:0.5rem 1rem;display:flex;gap:0.75rem 1.25rem;
align-items:center;flex-wrap:wrap}
.brand{font-weight:700;font-size:1.1rem;color:var(--text);text-decoration:none;padding:0.4rem 0}
.brand::before{content:"";display:inline-block;width:0.7em;height:0.7em;margin-right:0.5em;
background:var(--accent);transform:rotate(45deg);border-radius:2px}
.top nav{display:flex;gap:0.25rem;flex-wrap:wrap}
.top nav a{color:var(--text);text-decoration:none;padding:0.45rem 0.7rem;border-radius:var(--radius);
min-height:2.5rem;display:inline-flex;align-items:center}
.top nav a:hover{background:var(--raised)}
.top nav a[aria-current]{background:var(--raised);box-shadow:inset 0 -3px 0 var(--accent)}
.top .who{margin-left:auto;display:flex;gap:0.5rem;align-items:center}
.guild-nav{border-top:1px solid var(--line)}
.guild-nav .top-inner{padding-top:0.25rem;padding-bottom:0.25rem}
main{flex:1;width:100%;max-width:var(--width);margin:0 auto;padding:1.5rem 1rem 4rem;
display:grid;gap:1.5rem;align-content:start;grid-template-columns:minmax(0,1fr)}
main.narrow{max-width:34rem}
footer{border-top:1px solid var(--line);color:var(--muted);font-size:0.9rem}
footer .top-inner{padding:1rem}
footer form{display:flex;gap:0.5rem;flex-wrap:wrap;align-items:end}
footer label{display:grid;gap:0.15rem}
footer nav{margin-left:auto}
@media (max-width:40rem){
.top{position:static}
.guild-nav{position:fixed;bottom:0;left:0;right:0;background:var(--surface);z-index:15;
border-top:1px solid var(--line);padding-bottom:env(safe-area-inset-bottom)}
.guild-nav .top-inner{padding:0;overflow-x:auto}
.guild-nav nav{flex-wrap:nowrap;gap:0}
.guild-nav nav a{min-height:3rem;white-space:nowrap;border-radius:0}
body.has-guild-nav{padding-bottom:3.5rem}
.guild-name{padding:0.35rem 1rem}
}
`;
