/** The start page. */
export const landing = `
.landing main{gap:clamp(3rem,7vw,5.5rem);padding-bottom:6rem}
.hero{display:grid;gap:2.5rem 4rem;align-items:center;padding-top:clamp(1rem,5vw,3.5rem)}
.hero-text{display:grid;gap:1.25rem;justify-items:start}
.hero h1{font-size:clamp(2.1rem,1.4rem + 3.2vw,3.4rem);line-height:1.08;letter-spacing:-0.035em;
font-weight:750}
.hero-text>p{font-size:clamp(1.05rem,1rem + 0.4vw,1.25rem);color:var(--muted);max-width:38ch}
.hero .row .button{min-height:3.1rem;padding:0.6rem 1.5rem}
.proof{background:var(--surface);border:1px solid var(--line);border-radius:1.25rem;
padding:1.4rem 1.5rem;display:grid;gap:0.35rem;box-shadow:0 24px 60px -20px #0007}
.proof figcaption{display:flex;justify-content:space-between;gap:1rem;align-items:baseline;
padding-bottom:0.6rem;font-weight:650;font-size:var(--large)}
.proof ol{list-style:none;padding:0;display:grid}
.proof li{display:flex;justify-content:space-between;gap:1rem;padding:0.6rem 0;
border-top:1px solid var(--line)}
.proof li.sum{border-top:2px solid var(--accent);font-weight:650;font-size:1.35rem;padding-top:0.8rem;
letter-spacing:-0.01em}
.proof p{color:var(--muted);font-size:var(--small)}
.values{display:grid;gap:2rem 2.5rem;
grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr))}
.values section{display:grid;gap:0.5rem;align-content:start}
.values svg{width:2rem;height:2rem;color:var(--accent);stroke-width:1.5}
.values p{color:var(--muted)}
.plans{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}
.plans .card{padding:1.6rem;gap:1.1rem}
.plans h3{font-size:1.35rem}
.plans ul{list-style:none;padding:0;display:grid;gap:0.55rem}
.plans li{display:flex;gap:0.65rem;align-items:start}
.plans li svg{color:var(--good);margin-top:0.15rem}
.plans li.not{color:var(--muted)}.plans li.not svg{color:var(--muted)}
.plans .best{border-color:var(--accent)}
.landing h2.big{font-size:clamp(1.5rem,1.2rem + 1.3vw,2rem);letter-spacing:-0.02em}
@media (min-width:56rem){.hero{grid-template-columns:minmax(0,1.15fr) minmax(0,1fr)}}
@media (max-width:40rem){.hero .row{width:100%}}
`;
