/** Buttons and fields. Touch targets are 44 px high, and field borders have a contrast of 3:1. */
export const forms = `
.button{font:inherit;font-weight:600;display:inline-flex;align-items:center;justify-content:center;
gap:0.5rem;min-height:2.75rem;padding:0.45rem 1.1rem;border-radius:var(--radius);cursor:pointer;
border:1px solid var(--line);background:var(--raised);color:var(--text);text-decoration:none;
text-align:center;line-height:1.25}
.button:hover{border-color:var(--edge)}
.button:active{translate:0 1px}
.button.primary{background:var(--ember);border-color:var(--ember);color:var(--on-ember)}
.button.primary:hover{filter:brightness(1.07)}
.button.danger{background:none;border-color:var(--bad);color:var(--bad)}
.button.danger:hover{background:var(--bad);color:var(--on-bad)}
.button.quiet{background:none;border-color:transparent;color:var(--accent);padding:0.45rem 0.7rem}
.button.quiet:hover{background:var(--raised)}
.button[aria-busy=true]{opacity:0.65;cursor:progress}
form.stack{gap:1.25rem}
form.stack>.button{justify-self:start;min-width:10rem}
form.stack>*{max-width:44rem}
.field{display:grid;gap:0.35rem;min-width:0;max-width:44rem}
.field label,fieldset legend{font-weight:600;padding:0}
.field .hint,fieldset .hint{color:var(--muted);font-size:var(--small)}
.field .error,fieldset .error{color:var(--bad);font-size:0.94rem;display:flex;gap:0.4rem}
.field .error::before,fieldset .error::before{content:"!";flex:none;width:1.25rem;height:1.25rem;
border-radius:50%;background:var(--bad);color:var(--on-bad);font-weight:700;font-size:0.8rem;
display:grid;place-items:center;margin-top:0.1rem}
input,select,textarea{font:inherit;color:var(--text);background:var(--ground);
border:1px solid var(--edge);border-radius:var(--radius);padding:0.5rem 0.75rem;min-height:2.75rem;
width:100%;max-width:100%}
input:hover,select:hover,textarea:hover{border-color:var(--muted)}
input[readonly]{background:var(--raised);border-style:dashed}
input[type=number]{font-variant-numeric:tabular-nums}
input[type=checkbox],input[type=radio]{width:1.35rem;height:1.35rem;min-height:0;margin:0;
accent-color:var(--accent);flex:none}
::placeholder{color:var(--muted);opacity:1}
textarea{min-height:8rem;resize:vertical}
.mono textarea,textarea[rows]{font-family:var(--mono);font-size:0.92rem}
[aria-invalid=true]:not(fieldset){border-color:var(--bad);box-shadow:inset 0 0 0 1px var(--bad)}
fieldset{border:1px solid var(--line);border-radius:var(--radius);padding:0.35rem 1rem 0.9rem;
margin:0;display:grid;gap:0.25rem;min-width:0}
fieldset[aria-invalid=true]{border-color:var(--bad)}
fieldset legend{padding:0 0.4rem;margin-left:-0.4rem}
.choice,.field label.choice{display:flex;gap:0.75rem;align-items:start;padding:0.5rem 0;
min-height:2.75rem;cursor:pointer;font-weight:400}
.choice input{margin-top:0.1rem}
.choice small{display:block;color:var(--muted);font-size:var(--small)}
.choice:has(input:checked)>span{font-weight:600}.choice:has(input:checked) small{font-weight:400}
.choices{display:grid;gap:0 1rem;
grid-template-columns:repeat(auto-fill,minmax(min(100%,11rem),1fr));max-height:26rem;overflow:auto;grid-auto-rows:max-content}
.error-summary{border:1px solid var(--bad);border-left-width:5px;border-radius:var(--radius);
background:var(--surface);padding:0.9rem 1.1rem;display:grid;gap:0.3rem;justify-items:start}
.error-summary a{color:var(--bad);min-height:1.75rem;display:inline-flex;align-items:center}
.filters{display:flex;gap:0.75rem;flex-wrap:wrap;align-items:end}
.filters .field{flex:1 1 9rem;min-width:0;max-width:15rem}.filters .field input{min-width:0}
.filters .field label{font-size:var(--small);font-weight:500;color:var(--muted)}
.copy{display:flex;gap:0.5rem}.copy input{font-family:var(--mono);font-size:0.92rem;min-width:0}
.copy .button{flex:none;min-width:7rem}
.providers{display:grid;gap:0.625rem;max-width:44rem}
.or{display:flex;align-items:center;gap:0.75rem;color:var(--muted);font-size:var(--small);margin:0}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
.identities{list-style:none;margin:0;padding:0;display:grid;gap:0.9rem}
.identities li{display:flex;flex-wrap:wrap;gap:0.625rem 1rem;align-items:center;
justify-content:space-between}
.identities p{margin:0.15rem 0 0}
@media (max-width:40rem){
.identities .button,.identities form{width:100%}
.filters .field{flex-basis:40%;max-width:none;min-width:0}
.filters .field input{min-width:0;padding-left:0.6rem;padding-right:0.6rem}
.filters .field:has(input[type=search]){flex-basis:100%}
.filters>.button{flex:1 1 auto}
form.stack>.button{justify-self:stretch}
}
@media (max-width:40rem) and (scripting:enabled){.filters>button[type=submit]{display:none}}
`;
