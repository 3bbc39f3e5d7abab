/** Type, links, focus, and the few classes that any page may use. */
export const base = `
*,*::before,*::after{box-sizing:border-box}
html{font:100%/1.55 var(--font);background:var(--ground);color:var(--text);
-webkit-text-size-adjust:100%;scroll-padding:6.5rem 0 5rem;scrollbar-color:var(--edge) transparent}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column}
h1,h2,h3{line-height:1.2;margin:0;text-wrap:balance;font-weight:650;overflow-wrap:anywhere}
h1{font-size:clamp(1.5rem,1.25rem + 1.3vw,2rem);letter-spacing:-0.02em}
h2{font-size:var(--large);letter-spacing:-0.01em}h3{font-size:1rem}
p,ul,ol,dl,dd,figure,blockquote{margin:0}ul,ol{padding-left:1.25rem}
p{text-wrap:pretty;overflow-wrap:anywhere}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:0.2em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
main:focus{outline:0}
code,pre,.mono{font-family:var(--mono);font-size:0.9em}
code{overflow-wrap:anywhere}
pre{margin:0;overflow:auto;background:var(--raised);padding:1rem;border-radius:var(--radius)}
hr{border:0;border-top:1px solid var(--line);margin:0;width:100%}
svg.icon{width:1.25em;height:1.25em;flex:none;fill:none;stroke:currentColor;stroke-width:1.75;
stroke-linecap:round;stroke-linejoin:round;vertical-align:-0.25em}
.num{font-variant-numeric:tabular-nums;white-space:nowrap}
.muted{color:var(--muted)}.good{color:var(--good)}.bad{color:var(--bad)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.row{display:flex;gap:0.625rem;flex-wrap:wrap;align-items:center}
.row.end{align-items:end}
.stack{display:grid;gap:1rem;grid-template-columns:minmax(0,1fr)}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr))}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--ember);color:var(--on-ember);
padding:0.6rem 1rem;border-radius:var(--radius);z-index:30;font-weight:600}.skip:focus{top:0.5rem}
details>summary{cursor:pointer;min-height:1.75rem;width:fit-content}
@media (prefers-reduced-motion:no-preference){
a,.button,input,select,textarea{transition:background-color .12s,border-color .12s,color .12s}}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
@media (max-width:40rem){.row>.button,.row>form:not(.row),.row>form:not(.row) .button{flex:1 1 auto}}
@media print{.top,.guild-nav,.rail,.bar,footer,.filters,.button{display:none!important}}
`;
