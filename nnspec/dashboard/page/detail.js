// One run as it goes, and several beside each other.
import { Course, Curves } from "./curves.js";
import { ask, element, fill, said, status, table } from "./nodes.js";

const VALIDATION = "val_";
const SETTINGS = new Set(["learning_rate"]);
const MOST = 12;

/** One run: what is known of it, its curves, its report. */
export class Detail {
  constructor(page, key) {
    this.page = page;
    this.keys = [key];
    this.course = new Course();
    this.state = element("p", { id: "progress" });
    this.facts = element("dl");
    this.problem = element("p", { class: "soft" });
    this.place = element("div", { class: "curves" });
    this.curves = new Curves(this.place);
    this.report = element("section", { hidden: true });
    this.node = element("div", {}, element("p", {}, element("a", { href: "#/" }, "All runs")), this.state,
      element("section", {}, element("h2", {}, "Curves"), this.problem, this.place), this.report,
      element("section", {}, element("h2", {}, "Record"), this.facts));
  }

  async open() {
    this.page.listening();
    await this.load();
  }

  async load() {
    const found = await ask(`/api/run/${this.keys[0]}`).catch(() => ({ ok: false }));
    if (!found.ok) {
      this.page.headline("Runs", "There is no such run");
      return;
    }
    this.run = found;
    this.page.headline([found.spec, found.data].filter(Boolean).join(" · "), found.name);
    this.shown();
    fill(this.facts, ...found.facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, said(text))]));
    if (found.report && this.report.hidden) {
      this.report.hidden = false;
      fill(this.report, element("h2", {}, "Report"),
        element("iframe", { sandbox: "allow-scripts", src: `/report/${found.id}`, title: "report of the run", referrerpolicy: "no-referrer" }));
    }
  }

  shown() {
    const run = this.run;
    if (!run) return;
    const done = Math.max(this.course.rows.length, 0);
    const epochs = run.of ? `epoch ${done || run.epochs} of ${run.of}` : `${done || run.epochs} epochs`;
    const told = [epochs, run.seconds === "-" ? null : run.seconds, run.metric ? `${run.metric} ${run.figure}` : null,
      run.baseline === "-" ? null : `best baseline ${run.baseline}`, run.problem];
    fill(this.state, status(run), ` · ${told.filter(Boolean).join(" · ")}`);
  }

  back() {
    this.open();
  }

  /** Takes in runs that changed: this one is asked about anew where it is among them. */
  take(told) {
    const own = told.changed.find((run) => run.id === this.keys[0]);
    if (!own) return;
    this.run = { ...this.run, ...own };
    this.shown();
    if (own.status !== "running") this.load();
  }

  grow(told) {
    this.course.take(told);
    this.problem.textContent = told.problem ?? (this.course.rows.length ? "" : "No epoch has ended yet.");
    const names = this.course.names;
    const bases = names.filter((one) => !(one.startsWith(VALIDATION) && names.includes(one.slice(VALIDATION.length))));
    const kept = bases.filter((one) => !SETTINGS.has(one)).concat(bases.filter((one) => SETTINGS.has(one))).slice(0, MOST);
    this.curves.keep(kept);
    for (const name of kept) {
      const lines = [{ label: SETTINGS.has(name) ? name : "training", colour: 0, values: this.course.values(name) }];
      const watched = this.course.values(VALIDATION + name);
      if (watched) lines.push({ label: "validation", colour: 1, values: watched });
      this.curves.draw(name, this.course.epochs, lines);
    }
    this.shown();
  }

  close() {
    this.curves.close();
  }
}

/** Several runs: their curves over each other, and what differs between them. */
export class Comparison {
  constructor(page, keys) {
    this.page = page;
    this.keys = keys;
    this.names = new Map();
    this.courses = new Map(keys.map((one) => [one, new Course()]));
    this.place = element("div", { class: "curves" });
    this.curves = new Curves(this.place);
    this.tables = element("div");
    this.node = element("div", {}, element("p", {}, element("a", { href: "#/" }, "All runs")),
      element("section", {}, element("h2", {}, "Curves"), this.place), this.tables);
  }

  async open() {
    const found = await ask(`/api/compare?${this.keys.map((one) => `run=${one}`).join("&")}`);
    this.page.headline("Runs beside each other", found.ok ? found.runs.join(", ") : "These cannot be compared");
    if (found.ok) {
      found.ids.forEach((one, place) => this.names.set(one, found.runs[place]));
      fill(this.tables, ...this.told(found));
    } else {
      fill(this.tables, element("p", { class: "bad" }, said(found.problem)));
    }
    this.page.listening();
  }

  told(found) {
    const head = (title) => [title, ...found.runs];
    const alike = found.seeds_alone ? "The runs differ in nothing but their seeds." : found.alike ? "The filled specs are the same." : null;
    const section = (title, ...inside) => element("section", {}, element("h2", {}, title), ...inside);
    return [
      section("Figures", ...found.figures.flatMap((one) => [table(head(one.title), one.rows)]),
        ...found.notes.map((one) => element("p", { class: "note" }, said(one)))),
      section("Settings", alike ? element("p", {}, alike) : null,
        found.settings.length ? table(head("setting"), found.settings) : null),
      found.besides.length ? section("Besides", table(head(""), found.besides)) : null,
    ];
  }

  take() {}

  back() {
    this.page.listening();
  }

  grow(told) {
    const course = this.courses.get(told.id);
    if (!course) return;
    course.take(told);
    const told_ = this.keys.filter((one) => this.courses.get(one).rows.length);
    const names = [...new Set(told_.flatMap((one) => this.courses.get(one).names))];
    const kept = names.filter((one) => !SETTINGS.has(one) && !names.includes(VALIDATION + one)).slice(0, MOST);
    this.curves.keep(kept);
    for (const name of kept) this.overlaid(name, told_.filter((one) => this.courses.get(one).values(name)));
  }

  overlaid(name, keys) {
    const epochs = [...new Set(keys.flatMap((one) => this.courses.get(one).epochs))].sort((a, b) => a - b);
    const lines = keys.map((key) => {
      const course = this.courses.get(key);
      const values = course.values(name);
      const by = new Map(course.epochs.map((epoch, place) => [epoch, values[place]]));
      return { label: this.names.get(key) ?? "…", colour: this.keys.indexOf(key), values: epochs.map((one) => by.get(one) ?? null) };
    });
    this.curves.draw(name, epochs, lines);
  }

  close() {
    this.curves.close();
  }
}
