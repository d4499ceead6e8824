// Curves of epochs, drawn by uPlot and redrawn as they grow, in the colours of the page.
import { element, figure } from "./nodes.js";

const COLOURS = ["--c1", "--c2", "--c3", "--c4", "--c5", "--good", "--bad", "--even"];
const DASHES = [[], [6, 2], [2, 2], [9, 3, 2, 3], [1, 3], [12, 3], [4, 4], [8, 2, 1, 2]];
const HEIGHT = 240;
const STEEP = 50; // how many times the smallest value the largest is where the scale is logarithmic

/** What the epochs of a run have told so far. */
export class Course {
  constructor() {
    this.clear();
  }

  clear() {
    this.names = [];
    this.rows = [];
    this.problem = null;
  }

  /** Takes in what the stream told. */
  take(told) {
    if (told.anew) this.clear();
    if (told.names.length) this.names = told.names;
    this.problem = told.problem;
    for (const row of told.rows) this.rows.push(row);
  }

  /** Returns the values of a figure, epoch by epoch; none where it is not told. */
  values(name) {
    const place = this.names.indexOf(name);
    return place < 0 ? null : this.rows.map((row) => row[place + 1] ?? null);
  }

  get epochs() {
    return this.rows.map((row) => row[0]);
  }
}

/** One picture: lines over epochs, with a title and what they came to in words. */
export class Curve {
  constructor(title) {
    this.title = title;
    this.words = element("span");
    this.place = element("div", { class: "plot", role: "img", "aria-label": `${title} by epoch` });
    this.node = element("figure", {},
      element("figcaption", {}, element("b", {}, title), this.words), this.place);
    this.plot = null;
    this.shape = "";
    this.lines = [];
    this.seen = new ResizeObserver(() => this.fit());
    this.seen.observe(this.place);
  }

  /** Draws lines: {label, colour, values}; epochs are those of all. */
  draw(epochs, lines) {
    this.lines = lines;
    this.epochs = epochs;
    const known = lines.flatMap((one) => one.values).filter((one) => one !== null);
    const low = Math.min(...bounds(known, Math.min)), high = Math.max(...bounds(known, Math.max));
    const steep = known.length > 1 && low > 0 && high / low > STEEP;
    const shape = JSON.stringify([lines.map((one) => [one.label, one.colour]), steep]);
    this.node.dataset.epochs = epochs.length;
    this.words.textContent = lines.map((one) => spoken(one, epochs)).filter(Boolean).join("; ");
    const data = [epochs, ...lines.map((one) => one.values)];
    if (this.plot && shape === this.shape) {
      this.plot.setData(data);
      return;
    }
    this.end();
    this.shape = shape;
    if (epochs.length && this.place.clientWidth) this.plot = this.made(data, steep);
  }

  made(data, steep) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--soft"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1, size: 4 },
      font: "11px system-ui, sans-serif",
    };
    return new uPlot({
      width: this.place.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false }, y: { distr: steep ? 3 : 1 } },
      axes: [{ ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6] },
        { ...axis, size: 58, values: (_, splits) => splits.map((one) => one === null ? "" : figure(one)) }],
      series: [{ label: "epoch", value: (_, one) => one === null ? "–" : String(one) },
        ...this.lines.map((one) => ({
          label: one.label,
          stroke: colour(COLOURS[one.colour % COLOURS.length]),
          width: 1.8,
          dash: DASHES[one.colour % DASHES.length],
          spanGaps: true,
          points: { show: data[0].length < 2 },
          value: (_, value) => figure(value),
        }))],
    }, data, this.place);
  }

  fit() {
    const width = this.place.clientWidth;
    if (!width) return;
    if (!this.plot) this.draw(this.epochs ?? [], this.lines);
    else if (width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }

  /** Draws anew, in other colours. */
  recolour() {
    this.shape = "";
    this.draw(this.epochs ?? [], this.lines);
  }

  end() {
    if (this.plot) this.plot.destroy();
    this.plot = null;
  }

  close() {
    this.seen.disconnect();
    this.end();
  }
}

/** Returns the least, or largest, of many values: a call takes only so many. */
function bounds(values, pick) {
  const found = [];
  for (let place = 0; place < values.length; place += 10000)
    found.push(pick(...values.slice(place, place + 10000)));
  return found.length ? found : [0];
}

function spoken(line, epochs) {
  for (let place = line.values.length - 1; place >= 0; place -= 1)
    if (line.values[place] !== null)
      return `${line.label} ${figure(line.values[place])} in epoch ${epochs[place]}`;
  return "";
}

/** Several pictures at a place, by their titles. */
export class Curves {
  constructor(place) {
    this.place = place;
    this.held = new Map();
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.turned = () => this.held.forEach((one) => one.recolour());
    this.scheme.addEventListener("change", this.turned);
  }

  draw(title, epochs, lines) {
    if (!this.held.has(title)) {
      const made = new Curve(title);
      this.held.set(title, made);
      this.place.append(made.node);
    }
    this.held.get(title).draw(epochs, lines);
  }

  /** Takes away what is no longer among some titles. */
  keep(titles) {
    for (const [title, one] of this.held)
      if (!titles.includes(title)) {
        one.close();
        one.node.remove();
        this.held.delete(title);
      }
  }

  close() {
    this.keep([]);
    this.scheme.removeEventListener("change", this.turned);
  }
}
