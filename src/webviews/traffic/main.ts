import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import type { Board, Chart, Mark, Series, Table } from './board';

const HEIGHT = 220;

/** Theme colour and line style of each role: who can't tell the colours tells the dashes. */
const STYLES: Readonly<Record<Series['role'], { color: string; dash?: number[]; fill?: boolean }>> = {
  new: { color: '--vscode-charts-green', fill: true },
  old: { color: '--vscode-charts-blue', dash: [7, 4], fill: true },
  other: { color: '--vscode-charts-foreground', dash: [2, 3] },
  lost: { color: '--vscode-charts-red' },
  latency: { color: '--vscode-charts-purple' },
};

let board: Board | undefined;
let charts: uPlot[] = [];

window.addEventListener('message', ({ data }: MessageEvent<Board>) => {
  board = data;
  draw();
});
window.addEventListener('resize', () => {
  for (const chart of charts) chart.setSize({ width: widthOf(chart.root), height: HEIGHT });
});
// The editor marks its theme on the body: colours of a canvas don't follow by themselves.
new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ['class'] });

const { acquireVsCodeApi } = globalThis as unknown as {
  acquireVsCodeApi: () => { postMessage: (message: unknown) => void };
};
acquireVsCodeApi().postMessage('ready');

function draw(): void {
  if (!board) return;
  for (const chart of charts) chart.destroy();
  charts = [];
  const root = document.getElementById('board')!;
  const { title, state, figures, rate, latency, marks, tables, empty } = board;
  root.replaceChildren(
    element('h1', title),
    // Read out when it changes, and only that.
    element('p', state, { role: 'status' }),
    figuresOf(figures),
  );
  if (empty === undefined) for (const chart of [rate, latency]) drawChart(root, chart, marks);
  else root.append(element('h2', empty));
  for (const table of tables) root.append(...tableOf(table));
}

function figuresOf(figures: Board['figures']): HTMLElement {
  const list = element('dl', '', { class: 'figures' });
  for (const { label, value, tone } of figures) {
    const group = element('div', '', tone ? { class: tone } : {});
    group.append(element('dt', label), element('dd', value));
    list.append(group);
  }
  return list;
}

function drawChart(root: HTMLElement, chart: Chart, marks: readonly Mark[]): void {
  const place = element('div', '', { class: 'chart', role: 'img', 'aria-label': chart.summary });
  root.append(element('h2', chart.title), place);
  const color = (name: string): string => getComputedStyle(document.body).getPropertyValue(name).trim();
  const text = color('--vscode-foreground');
  const grid = { stroke: color('--vscode-editorIndentGuide-background1') || 'transparent', width: 1 };
  const axis = { stroke: text, grid, ticks: grid };
  const plot = new uPlot(
    {
      width: widthOf(root),
      height: HEIGHT,
      // Times are seconds since the beginning, not dates.
      scales: { x: { time: false }, y: { range: (_, _min, max) => [0, Math.max(1, max * 1.15)] } },
      axes: [
        { ...axis, label: chart.timeLabel, labelSize: 20, size: 34 },
        { ...axis, size: 56 },
      ],
      legend: { live: true },
      series: [
        { label: chart.timeLabel, value: (_, seconds: number | null) => format(seconds, 's') },
        ...chart.series.map(({ name, role }): uPlot.Series => {
          const { color: variable, dash, fill } = STYLES[role];
          const stroke = color(variable);
          return {
            label: name,
            stroke,
            width: 2,
            points: { show: chart.times.length < 3 },
            ...(dash && { dash }),
            ...(fill && { fill: `color-mix(in srgb, ${stroke} 14%, transparent)` }),
            value: (_, value: number | null) => format(value, chart.unit),
          };
        }),
      ],
      hooks: { draw: [(drawn) => drawMarks(drawn, marks, text)] },
    },
    [[...chart.times], ...chart.series.map(({ values }) => [...values])],
    place,
  );
  place.style.height = 'auto';
  charts.push(plot);
}

function drawMarks(plot: uPlot, marks: readonly Mark[], color: string): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.globalAlpha = 0.6;
  ctx.setLineDash([3, 3]);
  ctx.textAlign = 'left';
  let lastEnd = -Infinity;
  for (const { at, text } of marks) {
    if (at < min || at > max) continue;
    const x = Math.round(plot.valToPos(at, 'x', true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    // Numbers that would lie upon each other are left to the table.
    if (x < lastEnd) continue;
    ctx.fillText(text, x + 4, bbox.top + 12 * devicePixelRatio);
    lastEnd = x + ctx.measureText(text).width + 8;
  }
  ctx.restore();
}

function tableOf({ title, head, rows }: Table): HTMLElement[] {
  const table = element('table', '', { class: 'told' });
  const row = (cells: readonly string[], tag: 'th' | 'td'): HTMLElement => {
    const line = element('tr');
    line.append(...cells.map((cell) => element(tag, cell, tag === 'th' ? { scope: 'col' } : {})));
    return line;
  };
  table.append(row(head, 'th'), ...rows.map((cells) => row(cells, 'td')));
  return [element('h2', title), table];
}

function element(tag: string, text = '', attributes: Readonly<Record<string, string>> = {}): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function format(value: number | null, unit: string): string {
  return value === null ? '–' : `${Math.round(value * 10) / 10} ${unit}`;
}

function widthOf(inside: HTMLElement): number {
  return Math.max(240, inside.clientWidth || document.body.clientWidth);
}
