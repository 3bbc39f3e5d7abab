export const components = `
.button{font:inherit;font-weight:600;display:inline-flex;align-items:center;justify-content:center;
gap:0.5rem;min-height:2.75rem;padding:0.5rem 1.1rem;border-radius:var(--radius);cursor:pointer;
border:1px solid var(--line);background:var(--raised);color:var(--text);text-decoration:none}
.button:hover{border-color:var(--muted)}
.button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.button.primary:hover{filter:brightness(1.08)}
.button.danger{background:var(--bad);border-color:var(--bad);color:var(--on-bad)}
.button.quiet{background:none;border-color:transparent;color:var(--accent);padding:0.5rem 0.6rem}
.row{display:flex;gap:0.75rem;flex-wrap:wrap;align-items:center}
.row.end{align-items:end}
.stack{display:grid;gap:1rem;grid-template-columns:minmax(0,1fr)}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr))}
.page-header{display:flex;gap:1rem;flex-wrap:wrap;align-items:end;justify-content:space-between}
.page-header p{color:var(--muted);max-width:60ch}
.card{background:var(--surface);border:1px solid var(--line);border-radius:calc(var(--radius)*1.4);
padding:1.25rem;display:grid;gap:0.9rem;align-content:start;grid-template-columns:minmax(0,1fr)}
.empty{border:1px dashed var(--line);border-radius:calc(var(--radius)*1.4);padding:2rem 1.25rem;
display:grid;gap:0.75rem;justify-items:start}
.badge{display:inline-block;padding:0.1rem 0.6rem;border-radius:1rem;border:1px solid var(--line);
font-size:0.85rem;background:var(--raised);white-space:nowrap}
.badge.good{border-color:var(--good)}.badge.bad{border-color:var(--bad)}
.class-name::before{content:"";display:inline-block;width:0.75em;height:0.75em;border-radius:50%;
margin-right:0.45em;border:1px solid var(--muted);vertical-align:-0.02em}
.tile .value{font-size:1.9rem;font-weight:700;font-variant-numeric:tabular-nums;line-height:1.2}
.meter{height:0.6rem;border-radius:1rem;background:var(--raised);border:1px solid var(--line);
width:100%;accent-color:var(--accent)}
.steps{list-style:none;padding:0;display:grid;gap:0.5rem}
.steps li{display:flex;gap:0.75rem;align-items:center;padding:0.5rem 0.75rem;
border-radius:var(--radius);background:var(--surface);border:1px solid var(--line)}
.steps li::before{content:"○";width:1.2em;text-align:center;color:var(--muted)}
.steps li[data-state=done]::before{content:"✓";color:var(--good)}
.steps li[data-state=now]::before{content:"●";color:var(--accent)}
.steps li[data-state=failed]::before{content:"✕";color:var(--bad)}
.steps li .state{margin-left:auto;color:var(--muted);font-size:0.9rem}
.toast{background:var(--raised);border-left:4px solid var(--good);padding:0.75rem 1rem;
border-radius:var(--radius)}
.toast.bad{border-color:var(--bad);color:var(--text)}
form.stack{gap:1.1rem}
.field{display:grid;gap:0.3rem}
.field label,.field legend,fieldset legend{font-weight:600;padding:0}
.field .hint{color:var(--muted);font-size:0.92rem}
.field .error{color:var(--bad);font-size:0.95rem}
input,select,textarea{font:inherit;color:var(--text);background:var(--ground);
border:1px solid var(--muted);border-radius:var(--radius);padding:0.55rem 0.75rem;min-height:2.75rem;
width:100%;max-width:100%}
input[type=checkbox],input[type=radio]{width:1.35rem;height:1.35rem;min-height:0;margin:0;
accent-color:var(--accent);flex:none}
textarea{min-height:9rem;font-family:var(--mono);font-size:0.92rem}
[aria-invalid=true]{border-color:var(--bad);border-width:2px}
fieldset{border:1px solid var(--line);border-radius:var(--radius);padding:0.9rem;margin:0;
display:grid;gap:0.35rem;min-width:0}
.choice{display:flex;gap:0.7rem;align-items:start;padding:0.35rem 0;min-height:2.5rem;cursor:pointer}
.choice input{margin-top:0.1rem}
.choice small{display:block;color:var(--muted)}
.choices{display:grid;gap:0 1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr));
max-height:24rem;overflow:auto}
.error-summary{border:2px solid var(--bad);border-radius:var(--radius);padding:1rem;display:grid;gap:0.4rem}
.filters{display:flex;gap:0.75rem;flex-wrap:wrap;align-items:end}
.filters .field{flex:1 1 9rem;max-width:16rem}
.table-wrap{overflow-x:auto;border:1px solid var(--line);border-radius:var(--radius);
background:var(--surface)}
table{border-collapse:collapse;width:100%}
caption{text-align:left;padding:0.6rem 0.9rem;color:var(--muted)}
th,td{text-align:left;padding:0.6rem 0.9rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;background:var(--raised);font-size:0.92rem;white-space:nowrap}
thead th a{color:var(--text)}
th.num,td.num{text-align:right}
tbody tr:hover{background:color-mix(in srgb,var(--raised) 60%,transparent)}
details>summary{cursor:pointer;min-height:1.75rem}
.copy{display:flex;gap:0.5rem}.copy input{font-family:var(--mono)}
.chart{width:100%;height:auto;display:block}
.chart .line{fill:none;stroke:var(--accent);stroke-width:2}
.chart .axis{stroke:var(--line);stroke-width:1}.chart text{fill:var(--muted);font-size:11px}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:0.3rem 1rem}
dl.facts dt{color:var(--muted)}dl.facts dd{margin:0;overflow-wrap:anywhere}
.hero{padding:clamp(1.5rem,6vw,4rem) 0;display:grid;gap:1.25rem;max-width:46rem}
.hero h1{font-size:clamp(2rem,1.4rem + 3.4vw,3.4rem)}
.hero p{font-size:1.15rem;color:var(--muted)}
@media (max-width:40rem){
.table-wrap.cards{border:0;background:none;overflow:visible}
.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cards table,.cards tbody,.cards tr,.cards td,.cards th[scope=row]{display:block;width:100%}
.cards caption{display:block;padding:0 0 0.5rem}
.cards tr{background:var(--surface);border:1px solid var(--line);border-radius:var(--radius);
margin-bottom:0.75rem;padding:0.4rem 0}
.cards td,.cards th[scope=row]{display:flex;justify-content:space-between;gap:1rem;border:0;
padding:0.3rem 0.9rem;text-align:right}
.cards td::before,.cards th[scope=row]::before{content:attr(data-label);color:var(--muted);
font-weight:400;text-align:left}
.row .button{flex:1 1 auto}
}
`;
