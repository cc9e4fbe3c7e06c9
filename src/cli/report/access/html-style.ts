/** The style of the review: light and dark by the reader's choice, A4 on paper. No script, no font, no image. */
export const REVIEW_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #fff; --line: #d8dee4; --shade: #f6f8fa;
  --ok: #1a7f37; --ok-bg: #dafbe1; --warn: #9a6700; --warn-bg: #fff4cc; --bad: #b3202c; --bad-bg: #ffe5e5;
  --bar: #4c8dd6; --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4af; --paper: #0e1217; --line: #30363d;
  --shade: #161b22; --ok: #57c46f; --ok-bg: #12301c; --warn: #e3b341; --warn-bg: #33270b; --bad: #ff8a84; --bad-bg: #3d1518;
  --bar: #3d7cc4; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 64rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
b { font-weight: 600; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.facts li { flex: 1 1 8rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--shade); }
.facts strong { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.facts span { color: var(--soft); font-size: .85rem; }
.facts .bad { border-color: var(--bad); background: var(--bad-bg); }
.facts .bad strong { color: var(--bad); }
.box { border: 1px solid var(--line); border-left: .3rem solid var(--line); border-radius: .4rem; padding: .75rem 1rem; margin: 0 0 .75rem; }
.box.bad { border-left-color: var(--bad); background: var(--bad-bg); }
.box.good { border-left-color: var(--ok); background: var(--ok-bg); }
.box.warn { border-left-color: var(--warn); background: var(--warn-bg); }
.box p:last-child, .box ul:last-child { margin-bottom: 0; }
.box ul { margin: .25rem 0; padding-left: 1.25rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th { font-size: .8rem; color: var(--soft); border-bottom-width: 2px; }
thead th b { color: var(--ink); }
.mark { display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-size: .85rem; white-space: nowrap; }
.mark.owner { background: var(--ok-bg); color: var(--ok); }
.mark.knows { background: var(--bad-bg); color: var(--bad); }
.mark.none { color: var(--soft); padding: 0; }
.number { text-align: right; white-space: nowrap; }
.name { font-family: var(--mono); font-size: .93em; }
.ask { display: block; color: var(--soft); font: .85rem/1.4 system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; }
.ages td { padding-top: .3rem; padding-bottom: .3rem; }
.ages .bar { width: 34%; min-width: 8rem; }
.track { position: relative; height: .85rem; margin-top: .3rem; background: var(--shade); border: 1px solid var(--line);
  border-radius: .25rem; overflow: hidden; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.fill { display: block; height: 100%; background: var(--bar); }
.over .fill { background: var(--bad); }
.over .number:not(.soft):not(.max) { color: var(--bad); font-weight: 600; }
.limit { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--ink); box-shadow: 0 0 0 1.5px var(--paper); }
.times { list-style: none; margin: 0; padding: 0 0 0 1rem; border-left: 2px solid var(--line); }
.times > li { position: relative; margin: 0 0 .9rem; }
.times > li::before { content: ""; position: absolute; left: calc(-1rem - 6px); top: .45rem; width: 10px; height: 10px;
  border-radius: 50%; background: var(--bar); border: 2px solid var(--paper); }
.times ul { margin: 0; padding-left: 1.1rem; overflow-wrap: anywhere; }
.times time { font-variant-numeric: tabular-nums; font-weight: 600; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .87rem; color: var(--soft); }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  :root { --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --shade: #f3f3f3; --ok: #14602b; --ok-bg: #e7f6ea;
    --warn: #6b4a00; --warn-bg: #fdf3d8; --bad: #8f1620; --bad-bg: #fbe6e6; --bar: #4c7fb5; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  .wide { overflow: visible; }
  .ages .bar { width: 24%; min-width: 6rem; }
  h2, h2 + p { break-after: avoid; }
  tr, .times > li, .box, .facts { break-inside: avoid; }
  thead { display: table-header-group; }
  .mark, .box, .facts li, .times > li::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`.trim();
