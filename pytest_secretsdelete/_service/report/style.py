"""The style sheet of the page of a run."""

STYLE = """
:root { color-scheme: light dark; --text: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #fff; --back: #f4f6f9;
  --life: #2563a8; --call: #8895a7; --refused: #c02626; --window: #e8b33f; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e9f0; --soft: #9aa7b8; --line: #364152; --paper: #1a212c;
  --back: #11161e; --life: #6cabf0; --call: #7d8a9c; --refused: #f07070; --window: #b98a1d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0 0; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
article { background: var(--paper); border: 1px solid var(--line); border-left: 4px solid var(--life);
  border-radius: 6px; padding: 1rem; margin: 1rem 0; }
article.failed { border-left-color: var(--refused); }
.outcome { text-transform: uppercase; font-size: .75rem; letter-spacing: .05em; color: var(--soft); }
.failed .outcome { color: var(--refused); }
.when, .legend, summary span { color: var(--soft); }
.when, .why { margin: .25rem 0; overflow-wrap: anywhere; }
.why { font-weight: 600; }
.legend span { margin-right: 1.25rem; white-space: nowrap; }
.legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; margin-right: .35rem; }
.legend i.window { border-radius: 2px; }
i.life { background: var(--life); } i.call { background: var(--call); } i.refused { background: var(--refused); }
i.window { background: var(--window); }
details { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .75rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
svg { display: block; margin: .25rem 0; }
svg text { fill: var(--soft); font-size: 12px; }
.time, .end { stroke: var(--line); stroke-width: 2; } rect.window { fill: var(--window); opacity: .75; }
circle { stroke: var(--paper); stroke-width: 1; }
circle.life { fill: var(--life); } circle.call { fill: var(--call); } circle.refused { fill: var(--refused); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td { padding: .15rem .75rem .15rem 0; vertical-align: top; overflow-wrap: anywhere; }
td:first-child { white-space: nowrap; color: var(--soft); } td:last-child { color: var(--soft); padding-right: 0; }
@media (max-width: 40rem) { tr { display: grid; grid-template-columns: 5rem 1fr; padding-bottom: .25rem; }
  td { padding: 0; } td:nth-child(n+3) { grid-column: 2; } td:empty:not(:first-child) { display: none; } }
tr.refused td:nth-child(n+2):nth-child(-n+3) { color: var(--refused); } tr.move td { color: var(--soft); }
"""
