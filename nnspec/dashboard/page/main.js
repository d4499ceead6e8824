// The page: which view is shown, and the one stream that tells it what happens.
import { Comparison, Detail } from "./detail.js";
import { List } from "./list.js";
import { fill, said } from "./nodes.js";

const KEY = /^[0-9a-f]{16}$/;

const page = {
  asked: { sort: "-when", filter: "" },
  chosen: new Map(),
  view: null,
  stream: null,
  turn: 0,

  headline(where, title) {
    fill(document.getElementById("where"), said(where));
    fill(document.getElementById("headline"), said(title));
    document.title = title;
  },

  state(text) {
    document.getElementById("state").textContent = text;
  },

  /** Listens from a look on, or from now; to the epochs of the runs that are shown. */
  listening(turn = null) {
    this.turn = turn;
    this.stop();
    if (document.hidden) return;
    const runs = (this.view.keys ?? []).map((one) => `&run=${one}`).join("");
    const stream = this.stream = new EventSource(`/api/events?${turn === null ? "" : `turn=${turn}`}${runs}`);
    let lost = false;
    stream.addEventListener("open", () => {
      this.state("");
      if (lost) this.view.load?.();
      lost = false;
    });
    stream.addEventListener("error", () => {
      lost = true;
      this.state("The connection is lost; it is tried again.");
    });
    stream.addEventListener("runs", (event) => {
      const told = JSON.parse(event.data);
      this.turn = told.turn;
      this.view.take(told);
    });
    stream.addEventListener("epochs", (event) => this.view.grow?.(JSON.parse(event.data)));
  },

  stop() {
    this.stream?.close();
    this.stream = null;
  },

  show() {
    const [, kind, rest = ""] = location.hash.split("/");
    const keys = rest.split(",").filter((one) => KEY.test(one));
    this.stop();
    this.view?.close();
    if (kind === "run" && keys.length) this.view = new Detail(this, keys[0]);
    else if (kind === "compare" && keys.length > 1) this.view = new Comparison(this, keys);
    else this.view = new List(this);
    fill(document.getElementById("main"), this.view.node);
    scrollTo(0, 0);
    this.view.open();
  },
};

addEventListener("hashchange", () => page.show());
document.addEventListener("visibilitychange", () => document.hidden ? page.stop() : page.view.back());
addEventListener("pagehide", () => page.stop());
page.show();
