"use strict";
const at = (id) => document.getElementById(id);
let model = null;

function made(kind, parts) {
  return Object.assign(document.createElement(kind), parts);
}

function headers(more) {
  const token = at("token").value;
  return token ? {...more, authorization: "Bearer " + token} : {...more};
}

async function open() {
  const reply = await fetch("columns", {headers: headers({})});
  if (reply.status === 401) {
    at("bearer").hidden = false;
    at("token").focus();
    return;
  }
  if (!reply.ok) throw new Error((await reply.json()).error);
  model = await reply.json();
  at("bearer").hidden = true;
  at("ask").hidden = false;
  at("name").textContent = model.name;
  document.title = model.name + " · nnspec serve";
  at("columns").replaceChildren(...model.columns.map(field));
}

function hint(column) {
  const told = [];
  if (column.shape.length) told.push("an array of " + column.shape.join(" × "));
  if (column.extent) told.push("in training " + column.extent.map((one) => +one.toPrecision(5)).join(" to "));
  if (column.form) told.push("a date of the form " + column.form);
  if (column.kind === "text") told.push("a text");
  if (column.optional) told.push("may be empty");
  return told.join("; ");
}

function field(column, place) {
  const box = made("div", {className: column.shape.length ? "wide" : ""});
  const id = "cell-" + place;
  box.append(made("label", {htmlFor: id, textContent: column.name}), control(column, id));
  box.append(made("span", {className: "hint", textContent: hint(column)}));
  if (column.datatype === "UINT8") box.append(picture(column, id));
  return box;
}

function control(column, id) {
  if (column.shape.length) return made("textarea", {id, value: JSON.stringify(column.cells), spellcheck: false});
  if (column.kind === "boolean") {
    const select = made("select", {id});
    const values = column.optional ? ["true", "false", ""] : ["true", "false"];
    select.append(...values.map((one) => made("option", {value: one, textContent: one || "(empty)"})));
    return select;
  }
  const input = made("input", {id, type: "text", value: String(column.cells), autocomplete: "off"});
  if (!column.choices.length) return input;
  const list = made("datalist", {id: id + "-known"});
  list.append(...column.choices.map((one) => made("option", {value: one})));
  input.setAttribute("list", list.id);
  const both = document.createDocumentFragment();
  both.append(input, list);
  return both;
}

function picture(column, id) {
  const [rows, columns, channels] = column.shape;
  const choose = made("input", {type: "file", accept: "image/*", ariaLabel: "a picture for " + column.name});
  choose.addEventListener("change", async () => {
    const canvas = made("canvas", {width: columns, height: rows});
    const brush = canvas.getContext("2d");
    brush.drawImage(await createImageBitmap(choose.files[0]), 0, 0, columns, rows);
    const lit = brush.getImageData(0, 0, columns, rows).data;
    const cells = [];
    for (let place = 0; place < lit.length; place += 4) {
      const [red, green, blue, alpha] = lit.slice(place, place + 4);
      const grey = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
      cells.push(...(channels === 1 ? [grey] : [red, green, blue, alpha].slice(0, channels)));
    }
    at(id).value = JSON.stringify(cells);
  });
  return choose;
}

function cells(column, place) {
  const written = at("cell-" + place).value;
  const empty = written.trim() === "";
  if (column.shape.length) return [JSON.parse(written)];
  if (column.kind === "boolean") return [empty ? null : written === "true"];
  if (column.datatype === "BYTES") return [written];
  const number = Number(written.trim());
  if (empty) return [null];
  if (Number.isNaN(number)) throw new Error(column.name + ": " + written + " is not a number");
  return [number];
}

function tensor(column, place) {
  return {name: column.name, datatype: column.datatype, shape: [1, ...column.shape], data: cells(column, place)};
}

function shown(value) {
  return typeof value === "number" ? String(+value.toPrecision(7)) : String(value);
}

function lines(output) {
  const values = output.data;
  if (values.length === 1) return [[output.name, shown(values[0])]];
  if (values.length > 200) return [[output.name, values.slice(0, 200).map(shown).join(", ") + ", ..."]];
  return values.map((one, place) => [output.name + " " + place, shown(one)]);
}

async function predict() {
  const body = JSON.stringify({inputs: model.columns.map(tensor)});
  const begun = performance.now();
  const path = "v2/models/" + encodeURIComponent(model.name) + "/infer";
  const reply = await fetch(path, {method: "POST", headers: headers({"content-type": "application/json"}), body});
  const told = await reply.json();
  if (!reply.ok) throw new Error(told.error);
  at("took").textContent = (performance.now() - begun).toFixed(0) + " ms";
  const rows = told.outputs.flatMap(lines).map((cells) => {
    const row = made("tr", {});
    row.append(...cells.map((one) => made("td", {className: "t", textContent: one})));
    return row;
  });
  at("outputs").replaceChildren(...rows);
  at("notes").textContent = told.parameters ? told.parameters.notes : "";
  at("request").textContent = "POST /" + path + "\n" + body;
  at("answer").hidden = false;
}

function attempt(work) {
  at("problem").textContent = "";
  at("send").disabled = true;
  work().catch((error) => {
    at("ask").hidden = false;
    at("problem").textContent = error.message;
  }).finally(() => { at("send").disabled = false; });
}

at("with-token").addEventListener("submit", (event) => { event.preventDefault(); attempt(open); });
at("cells").addEventListener("submit", (event) => { event.preventDefault(); attempt(predict); });
attempt(open);
