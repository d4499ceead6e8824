// The list of runs: sorted and filtered by the program, kept up to date as runs go on.
import { ask, element, fill, said, status } from "./nodes.js";

const COLUMNS = [
  ["name", "name", "t name"], ["status", "status", "t"], ["when", "begun", "t narrow wide"],
  ["figure", "figure", ""], ["baseline", "best baseline", "wide"], ["epochs", "epochs", ""],
  ["seconds", "time", "narrow"], ["spec", "spec", "t narrow wide"], ["data", "data", "t narrow wide"],
];
const PAUSE = 250; // milliseconds between two letters and the question
const MOST = 8;

/** The runs of the folder, as a table. */
export class List {
  constructor(page) {
    this.page = page;
    this.rows = new Map();
    this.body = element("tbody");
    this.problem = element("p", { class: "bad", role: "alert", id: "problem" });
    this.bar = element("div", { class: "bar", hidden: true });
    this.search = element("input", {
      type: "search", id: "filter", "aria-label": "filter", value: page.asked.filter, spellcheck: "false",
      placeholder: "part of a name, status=running, rmse<60", maxlength: 400, autocomplete: "off",
      oninput: () => this.later(() => this.sought()),
    });
    this.heads = new Map(COLUMNS.map(([key, title, style]) => [key, element("th", { scope: "col", class: style },
      element("button", { type: "button", onclick: () => this.sorted(key) }, title))]));
    this.node = element("section", {},
      element("div", { class: "tools" }, element("label", {}, "Filter", this.search)), this.problem,
      element("div", { class: "scroll" }, element("table", { class: "runs" },
        element("thead", {}, element("tr", {}, element("th", {}, ""), ...this.heads.values())), this.body)),
      this.bar);
  }

  open() {
    this.load();
    this.choose();
  }

  back() {
    this.load();
  }

  close() {
    clearTimeout(this.timer);
  }

  later(act) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, PAUSE);
  }

  sought() {
    this.page.asked.filter = this.search.value;
    this.load();
  }

  sorted(key) {
    this.page.asked.sort = this.page.asked.sort === key ? `-${key}` : key;
    this.load();
  }

  async load() {
    const { filter, sort } = this.page.asked;
    const question = this.question = new URLSearchParams({ filter, sort }).toString();
    const found = await ask(`/api/runs?${question}`);
    if (question !== this.question) return; // another one is on its way
    this.problem.textContent = found.problem ?? "";
    if (!found.runs) return;
    this.page.headline(found.folder, counted(found));
    for (const [key, head] of this.heads) {
      if (sort.replace(/^-/, "") !== key) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
    }
    this.rows = new Map(found.runs.map((run) => [run.id, this.row(run)]));
    fill(this.body, ...this.rows.values());
    this.page.listening(found.turn);
  }

  /** Takes in runs that changed; the order stays until it is asked for again. */
  take(told) {
    const known = told.changed.filter((run) => this.rows.has(run.id));
    for (const run of known) {
      const made = this.row(run);
      this.rows.get(run.id).replaceWith(made);
      this.rows.set(run.id, made);
    }
    if (told.gone.length || known.length < told.changed.length) this.later(() => this.load());
  }

  row(run) {
    const chosen = this.page.chosen;
    const box = element("input", {
      type: "checkbox", "aria-label": `compare ${run.name}`, checked: chosen.has(run.id), disabled: run.status === "no run",
      onchange: () => {
        if (!box.checked) chosen.delete(run.id);
        else if (chosen.size < MOST) chosen.set(run.id, run.name);
        else box.checked = false;
        row.classList.toggle("chosen", box.checked);
        this.choose();
      },
    });
    const name = run.status === "no run" ? said(run.name) : element("a", { href: `#/run/${run.id}` }, said(run.name));
    const shown = {
      ...run, name, status: status(run),
      figure: element("span", { class: "figure" }, run.metric ? element("span", {}, run.metric) : "", element("b", {}, run.figure)),
    };
    const cells = run.problem
      ? [element("td", { class: "t name" }, name), element("td", { class: "t" }, status(run)),
        element("td", { class: "t problem", colspan: COLUMNS.length - 2 }, said(run.problem))]
      : COLUMNS.map(([key, , style]) =>
        element("td", { class: style }, typeof shown[key] === "string" ? said(shown[key]) : shown[key]));
    const row = element("tr", { class: chosen.has(run.id) ? "chosen" : null, "data-run": run.id }, element("td", { class: "t" }, box), ...cells);
    return row;
  }

  choose() {
    const chosen = this.page.chosen;
    this.bar.hidden = chosen.size === 0;
    const words = chosen.size === 1 ? "1 run chosen; choose another to compare" : `${chosen.size} runs chosen, of ${MOST} at most`;
    fill(this.bar, element("div", {}, element("span", { class: "soft" }, words),
      chosen.size > 1 ? element("a", { class: "button main", id: "compare", href: `#/compare/${[...chosen.keys()].join(",")}` }, "Compare") : null,
      element("button", { type: "button", class: "plain", onclick: () => { chosen.clear(); this.choose(); this.load(); } }, "Clear")));
  }
}

function counted(found) {
  const runs = (count) => count === 1 ? "1 run" : `${count.toLocaleString("en")} runs`;
  if (found.runs.length === found.all) return found.all ? runs(found.all) : "No run yet";
  return `${found.runs.length.toLocaleString("en")} of ${runs(found.all)}`;
}
