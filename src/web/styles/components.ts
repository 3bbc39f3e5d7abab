/** Components of a page, except forms and tables. */
export const components = `
.page-header{display:flex;gap:1rem 1.5rem;flex-wrap:wrap;align-items:end;
justify-content:space-between}
.page-header>:first-child{display:grid;gap:0.35rem;min-width:0}
.page-header p{color:var(--muted);max-width:62ch}
.card{background:var(--surface);border:1px solid var(--line);border-radius:var(--radius-large);
padding:1.25rem;display:grid;gap:0.9rem;align-content:start;grid-template-columns:minmax(0,1fr);
box-shadow:var(--lift)}
details.card{gap:0}details.card[open]{gap:0.9rem}
.card>.button{justify-self:start}
.section{display:grid;gap:1rem;grid-template-columns:minmax(0,1fr)}
.section>header{display:flex;gap:0.5rem 1rem;flex-wrap:wrap;align-items:baseline;
justify-content:space-between}
.empty{border:1px dashed var(--edge);border-radius:var(--radius-large);
padding:clamp(1.75rem,5vw,3rem) 1.5rem;display:grid;gap:0.75rem;justify-items:center;
text-align:center}
.empty p{max-width:46ch}
.empty>svg{width:2.5rem;height:2.5rem;color:var(--accent);stroke-width:1.4}
.badge{display:inline-block;padding:0.05rem 0.6rem;border-radius:1rem;border:1px solid var(--line);
font-size:0.82rem;line-height:1.5;background:var(--raised);white-space:nowrap}
.badge.good{border-color:var(--good);color:var(--good);background:none}
.badge.bad{border-color:var(--bad);color:var(--bad);background:none}
.badge.accent{border-color:var(--accent);color:var(--accent);background:none}
.class-name{white-space:nowrap}
.class-name::before{content:"";display:inline-block;width:0.72em;height:0.72em;border-radius:50%;
margin-right:0.5em;box-shadow:0 0 0 1px var(--edge);vertical-align:-0.02em}
.grid:has(>.tile){grid-template-columns:repeat(auto-fit,minmax(min(100%,9.5rem),1fr));gap:0.75rem}
.tile{gap:0.35rem}
.tile h2{font-size:var(--small);font-weight:500;color:var(--muted);letter-spacing:0}
.tile .value{font-size:clamp(1.35rem,1.1rem + 1vw,1.75rem);font-weight:650;line-height:1.2;
letter-spacing:-0.01em;font-variant-numeric:tabular-nums}
.tile p{font-size:var(--small)}
.usage{display:grid;gap:0.4rem}
.usage>div{display:flex;justify-content:space-between;gap:1rem}
.meter{appearance:none;display:block;width:100%;height:0.55rem;border:0;border-radius:1rem;
background:var(--raised);overflow:hidden}
.meter::-webkit-meter-inner-element{display:block;height:100%}
.meter::-webkit-meter-bar{background:var(--raised);border:0;border-radius:1rem;height:100%;
display:block}
.meter::-webkit-meter-optimum-value{height:100%;background:var(--good);border-radius:1rem}
.meter::-webkit-meter-suboptimum-value{height:100%;background:var(--accent);border-radius:1rem}
.meter::-webkit-meter-even-less-good-value{height:100%;background:var(--bad);border-radius:1rem}
.meter::-moz-meter-bar{background:var(--good);border-radius:1rem}
.meter:-moz-meter-sub-optimum::-moz-meter-bar{background:var(--accent)}
.meter:-moz-meter-sub-sub-optimum::-moz-meter-bar{background:var(--bad)}

.steps{list-style:none;padding:0;display:grid}
.steps li{display:flex;gap:0.85rem;align-items:center;padding:0.5rem 0;min-height:2.75rem;
position:relative}
.steps li::before{content:"";width:1.75rem;height:1.75rem;border-radius:50%;flex:none;z-index:1;
display:grid;place-items:center;font-size:0.9rem;font-weight:700;background:var(--ground);
border:2px solid var(--edge);color:var(--muted)}
.card .steps li::before{background:var(--surface)}
.steps li+li::after{content:"";position:absolute;left:calc(0.875rem - 1px);top:-0.75rem;
height:1.5rem;width:2px;background:var(--line)}
.steps li[data-state=done]::before{content:"✓";border-color:var(--good);color:var(--good)}
.steps li[data-state=now]::before{content:"";border-color:var(--accent);
background:radial-gradient(var(--accent) 40%,transparent 44%)}
.steps li[data-state=failed]::before{content:"✕";border-color:var(--bad);color:var(--bad)}
.steps li[data-state=waiting]{color:var(--muted)}
.steps li[data-state=now]>:first-child{font-weight:600}
.steps li a{display:inline-flex;align-items:center;min-height:2.75rem}
.steps li .state{margin-left:auto;color:var(--muted);font-size:var(--small)}
.steps li[data-state=failed] .state{color:var(--bad)}
@media (prefers-reduced-motion:no-preference){
.steps[data-progress] li[data-state=now]::before{animation:ember 1.2s ease-in-out infinite alternate}
@keyframes ember{to{box-shadow:0 0 0 5px color-mix(in srgb,var(--accent) 25%,transparent)}}}

.toast{display:flex;gap:0.75rem;align-items:start;background:var(--surface);
border:1px solid var(--line);border-left:4px solid var(--good);padding:0.75rem 1rem;
border-radius:var(--radius);box-shadow:var(--lift)}
.toast svg{color:var(--good);margin-top:0.15rem}
.toast.bad{border-left-color:var(--bad);color:var(--text)}.toast.bad svg{color:var(--bad)}
.toast>div{min-width:0}

.chart{display:grid;gap:0.25rem 0.6rem;grid-template-columns:auto minmax(0,1fr)}
.chart svg.plot{grid-row:1;grid-column:2;width:100%;height:clamp(9rem,22vw,13rem);display:block;
overflow:visible}
.chart .scale{grid-row:1;grid-column:1;display:flex;flex-direction:column;
justify-content:space-between;text-align:right;line-height:1;margin:-0.4em 0}
.chart .scale,.chart .days{color:var(--muted);font-size:0.82rem;font-variant-numeric:tabular-nums}
.chart .days{grid-column:2;display:flex;justify-content:space-between;gap:1rem}
.plot .line{fill:none;stroke:var(--accent);stroke-width:2.25;vector-effect:non-scaling-stroke;
stroke-linejoin:round}
.plot .area{fill:var(--accent);opacity:0.13;stroke:none}
.plot .axis{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.plot .end{stroke:var(--accent);stroke-width:9;stroke-linecap:round;vector-effect:non-scaling-stroke}

.share{display:block;width:100%;min-width:5rem;height:0.35rem;margin-top:0.25rem;border-radius:1rem;
overflow:hidden;color:var(--accent)}
.share .rest{fill:var(--raised)}.share .part{fill:currentColor}
.under{display:block;font-size:var(--small);font-weight:400}
.upload{display:grid;gap:0.5rem;justify-items:start}
.upload[hidden]{display:none}
.upload progress{width:100%;height:0.6rem;accent-color:var(--accent)}
td.heal{color:var(--good)}td.damage{color:var(--bad)}
input[type=file]{max-width:100%}
td input[type=checkbox]{width:1.4rem;height:1.4rem;vertical-align:middle}
dl.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:0.35rem 1.5rem}
dl.facts dt{color:var(--muted)}dl.facts dd{overflow-wrap:anywhere}
@media (max-width:40rem){
.card{padding:1rem}
.grid:has(>.tile)>.tile:last-child:nth-child(odd){grid-column:1/-1}
dl.facts{grid-template-columns:minmax(0,1fr);gap:0}
dl.facts dd{margin-bottom:0.5rem}
.page-header>.row{width:100%}
.page-header .button{padding:0.4rem 0.7rem;font-size:0.94rem}
.page-header .button.primary:first-child{flex-basis:100%}
.page-header .button.quiet{flex:0 1 auto;min-height:2rem;padding:0.1rem 0.7rem}
}
`;
