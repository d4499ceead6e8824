// Nodes of the page. Whatever comes from a run becomes a text or nothing: no markup is ever read.

/** Returns an element: attributes by name, `on...` for what listens, then what it holds. */
export function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

/** Returns a text of a run, kept in its own direction. */
export function said(text) {
  return element("bdi", {}, String(text));
}

/** Puts nodes in the place of what an element held. */
export function fill(place, ...inside) {
  place.replaceChildren(...inside.filter((one) => one !== null && one !== undefined));
}

/** Returns what an address answers, as JSON. */
export async function ask(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  const found = await answer.json().catch(() => ({ problem: "the answer cannot be read" }));
  return { ok: answer.ok, ...found };
}

/** Returns a figure with four digits that count. */
export function figure(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}

export function status(run) {
  return element("span", { class: `status ${run.status.replace(" ", "-")}` }, run.status);
}

/** Returns a table: cells of the first column are names. */
export function table(header, rows) {
  const cell = (name, place, text) =>
    element(name, { class: place ? null : "t", scope: name === "th" ? "col" : null }, said(text));
  return element("div", { class: "scroll" },
    element("table", {},
      element("thead", {}, element("tr", {}, ...header.map((one, place) => cell("th", place, one)))),
      element("tbody", {}, ...rows.map((row) =>
        element("tr", {}, ...row.map((one, place) => cell("td", place, one)))))));
}
