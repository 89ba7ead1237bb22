/**
 * The look of a report: tokens, type and spacing of the dashboard, dark or light as the reader's system asks, and plain
 * black on white on paper. Owns text of a style sheet; no file, font or picture is fetched.
 */

const DARK = `--bg0:#0a0c0f;--bg1:#101317;--bg2:#161a20;--bg3:#1f252d;--hair:#191e24;--line:#232a32;--line2:#3a434e;--t1:#e8ebef;
--t2:#a9b2bd;--t3:#8b95a1;--up:#3dbba8;--dn:#f47f5f;--acc:#74abff;--accbg:#16263f;--warn:#e5b64a;--warnbg:#2b2412;--crit:#ff6b78;
--critbg:#331419;--sim:#b79bff;--simbg:#221b35;--heat:116,171,255;--gain:61,187,168;--loss:244,127,95;color-scheme:dark`;

const LIGHT = `--bg0:#edeff2;--bg1:#fff;--bg2:#f6f7f9;--bg3:#e6e9ee;--hair:#eef0f3;--line:#d9dee4;--line2:#aeb7c2;--t1:#13171c;
--t2:#454f5b;--t3:#5a6571;--up:#08766a;--dn:#b8401c;--acc:#1d5bc9;--accbg:#e3edfc;--warn:#855600;--warnbg:#fff4d9;--crit:#b3152b;
--critbg:#fde8ea;--sim:#6b3fc9;--simbg:#f0eafd;--heat:29,91,201;--gain:8,118,106;--loss:184,64,28;color-scheme:light`;

export const STYLE = `
:root{${DARK}}
@media (prefers-color-scheme:light){:root{${LIGHT}}}
@media print{:root{${LIGHT};--bg0:#fff}}
*{box-sizing:border-box}
html{background:var(--bg0);color:var(--t1);font:400 12px/16px Inter,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums}
body{margin:0 auto;max-width:1440px;padding:8px;display:grid;grid-template-columns:repeat(12,minmax(0,1fr));gap:8px}
.mono,code,pre{font-family:"JetBrains Mono",ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:11px}
.panel{grid-column:span 12;background:var(--bg1);border:1px solid var(--line);border-radius:3px;min-width:0}
.panel>h2{margin:0;padding:6px 10px;min-height:30px;font:600 13px/18px inherit;font-size:13px;border-bottom:1px solid var(--line);
display:flex;gap:8px;align-items:baseline;flex-wrap:wrap}
.panel>h2 small{font-size:12px;font-weight:400;color:var(--t3)}
.body{padding:10px}
.half{grid-column:span 6}.third{grid-column:span 4}.wide{grid-column:span 8}
header.panel{padding:12px 10px}
h1{margin:0;font:600 20px/24px inherit;font-size:20px;display:inline}
.badge{display:inline-block;margin-left:8px;padding:0 5px;border:1px dashed var(--sim);border-radius:3px;color:var(--sim);
background:var(--simbg);font-weight:600;font-size:11px;vertical-align:3px}
.sub{color:var(--t2);margin-top:4px;overflow-wrap:anywhere}
.figures{display:flex;flex-wrap:wrap;gap:8px 28px;margin-top:12px}
.figure span{display:block;color:var(--t3);font-size:11px;line-height:14px}
.figure b{font-weight:600;font-size:17px;line-height:22px}
.up{color:var(--up)}.dn{color:var(--dn)}.dim{color:var(--t3)}.warn{color:var(--warn)}.crit{color:var(--crit)}
.verdict{padding:8px 10px;margin-bottom:10px;border-left:2px solid var(--warn);background:var(--warnbg);color:var(--t1)}
.verdict b{color:var(--warn);font-size:13px}
.verdict.none,.verdict.fail{border-color:var(--crit);background:var(--critbg)}
.verdict.none b,.verdict.fail b{color:var(--crit)}
.verdict.good{border-color:var(--line2);background:var(--bg2)}.verdict.good b{color:var(--t1)}
ul.warnings{list-style:none;margin:0;padding:0;display:grid;gap:4px}
ul.warnings li{padding-left:20px;position:relative}
ul.warnings i{position:absolute;left:0;font-style:normal;width:14px;text-align:center}
.scroll{overflow:auto;max-height:560px}
.whole .scroll{max-height:none}
table{border-collapse:collapse;width:100%}
th{position:sticky;top:0;background:var(--bg1);color:var(--t3);font-weight:400;font-size:11px;text-align:left;white-space:nowrap;
border-bottom:1px solid var(--line);padding:4px 10px}
td{padding:2px 10px;height:22px;border-bottom:1px solid var(--hair);white-space:nowrap}
td.text{white-space:normal;min-width:160px;overflow-wrap:anywhere}
th.right,td.right{text-align:right}
tr.best td{background:var(--accbg)}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 16px;align-items:start}
.heat td{text-align:right;padding:2px 8px;border:1px solid var(--bg1)}
.heat th{text-align:right;position:static}
.heat td.frame{outline:2px solid var(--t1);outline-offset:-2px}
.note{margin:8px 0 0;color:var(--t3)}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;color:var(--t2)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}
dt{color:var(--t3)}dd{margin:0;overflow-wrap:anywhere}
.chart{min-height:120px}
.marker-text{min-height:16px;color:var(--t2);padding:0 10px 6px}
.u-legend{color:var(--t2);font-size:11px}
.uplot,.u-legend{font-family:inherit}
.u-legend th,.u-legend td{height:auto;font-weight:400;border:0;padding:1px 4px;position:static;background:none}
.u-select{background:var(--accbg);opacity:.6}
.u-hz .u-cursor-x,.u-vt .u-cursor-y{border-right:1px dashed var(--line2)}
.u-hz .u-cursor-y,.u-vt .u-cursor-x{border-bottom:1px dashed var(--line2)}
footer{grid-column:span 12;color:var(--t3);padding:4px 2px}
@media (max-width:900px){.half,.third,.wide{grid-column:span 12}.two{grid-template-columns:1fr}}
@media print{.scroll{max-height:none;overflow:visible}.panel{break-inside:avoid}}
`;
