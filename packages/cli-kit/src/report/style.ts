/** The report's style sheet: light or dark as the reader has it, and fit for paper. */
export const style: string = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #fbfbf9; --rule: #d9dce0; --card: #fff;
  --c0: #2f6db3; --c1: #d9822b; --c2: #3b8f5a; --c3: #8a5fb0; --c4: #b6473f; --c5: #5c7b86; --bad: #b3261e; --good: #1d6f42; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa5b3; --paper: #14181e; --rule: #333b46; --card: #1b2129;
  --c0: #6ea8e6; --c1: #f0a658; --c2: #74c493; --c3: #b994dc; --c4: #e58079; --c5: #93b1bb; --bad: #ff8a80; --good: #7fd1a1; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1000px; padding: 24px 20px 60px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 0 0 8px; } h3 { font-size: 15px; margin: 18px 0 6px; }
header p { margin: 2px 0 18px; color: var(--soft); }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 16px 18px; margin: 0 0 16px; break-inside: avoid; }
section p { margin: 0 0 8px; }
code { font-size: 13px; overflow-wrap: anywhere; }
.figures { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 0 0 10px; padding: 0; color: var(--soft); }
.figures b { color: var(--ink); font-size: 20px; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; } .head { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--rule); }
th[scope=row] { font-weight: 500; overflow-wrap: anywhere; } thead th { color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; } td.bar { width: 30%; vertical-align: middle; }
svg { display: block; width: 100%; height: auto; } svg.share { height: 10px; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); } svg .axis { fill: var(--soft); }
.grid { stroke: var(--rule); } .line { fill: none; stroke-width: 1.5; }
rect.s0, circle.s0 { fill: var(--c0); } rect.s1, circle.s1 { fill: var(--c1); } rect.s2, circle.s2 { fill: var(--c2); }
rect.s3, circle.s3 { fill: var(--c3); } rect.s4, circle.s4 { fill: var(--c4); } rect.s5, circle.s5 { fill: var(--c5); }
.l0 { stroke: var(--c0); } .l1 { stroke: var(--c1); } .l2 { stroke: var(--c2); } .l3 { stroke: var(--c3); } .l4 { stroke: var(--c4); } .l5 { stroke: var(--c5); }
rect.covered { fill: var(--c2); } rect.gap { fill: var(--bad); } rect.noted { fill: var(--c5); } rect.late { fill: var(--c1); }
.legend { color: var(--soft); font-size: 13px; }
.k { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin: 0 5px 0 12px; vertical-align: -1px; } .k:first-child { margin-left: 0; }
.k.s0 { background: var(--c0); } .k.s1 { background: var(--c1); } .k.s2, .k.covered { background: var(--c2); } .k.s3 { background: var(--c3); }
.k.s4 { background: var(--c4); } .k.s5, .k.noted { background: var(--c5); } .k.gap { background: var(--bad); } .k.late { background: var(--c1); }
.steps { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 6px; margin: 0; padding: 0; }
.steps span { border: 1px solid var(--rule); border-radius: 4px; padding: 0 7px; font-size: 13px; overflow-wrap: anywhere; }
.steps li + li::before { content: "→"; color: var(--soft); margin-right: 6px; } .steps .more span { border-style: dashed; color: var(--soft); }
`;
