"use strict";
document.querySelectorAll("table.sorted").forEach(function (table) {
  var body = table.tBodies[0];
  var number = function (said) {
    var found = said.replace(/,/g, "").replace("−", "-").match(/^[^\d-]*(-?\d+(\.\d+)?(e[+-]?\d+)?)/i);
    return found ? parseFloat(found[1]) : NaN;
  };
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, place) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    cell.textContent = "";
    cell.appendChild(button);
    button.addEventListener("click", function () {
      var down = cell.getAttribute("aria-sort") === "ascending";
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (one) {
        one.removeAttribute("aria-sort");
      });
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      var plain = cell.classList.contains("t");
      var rows = Array.prototype.slice.call(body.rows).map(function (row, index) {
        var said = row.cells[place].textContent.trim();
        return { row: row, index: index, said: said, value: plain ? NaN : number(said) };
      });
      rows.sort(function (a, b) {
        var order;
        if (!plain) {
          if (isNaN(a.value) || isNaN(b.value)) return isNaN(a.value) - isNaN(b.value) || a.index - b.index;
          order = a.value - b.value;
        } else {
          order = a.said.localeCompare(b.said);
        }
        return (down ? -order : order) || a.index - b.index;
      });
      rows.forEach(function (one) { body.appendChild(one.row); });
    });
  });
});
document.querySelectorAll(".tabs").forEach(function (tabs, group) {
  var panels = Array.prototype.filter.call(tabs.children, function (one) { return one.dataset.tab !== undefined; });
  if (panels.length < 2) return;
  var list = document.createElement("div");
  list.className = "tablist";
  list.setAttribute("role", "tablist");
  var buttons = panels.map(function (panel, place) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = panel.dataset.tab;
    button.setAttribute("role", "tab");
    button.id = "tab-" + group + "-" + place;
    panel.id = "panel-" + group + "-" + place;
    button.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
    button.addEventListener("click", function () { show(place); });
    button.addEventListener("keydown", function (event) {
      var step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!step) return;
      show((place + step + panels.length) % panels.length).focus();
    });
    list.appendChild(button);
    return button;
  });
  var show = function (chosen) {
    panels.forEach(function (panel, place) {
      panel.hidden = place !== chosen;
      buttons[place].setAttribute("aria-selected", String(place === chosen));
      buttons[place].tabIndex = place === chosen ? 0 : -1;
    });
    return buttons[chosen];
  };
  tabs.insertBefore(list, panels[0]);
  show(0);
});
