"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const rows = all("tr[id^=s]");
  if (rows.length === 0 || !$("#slider")) return;
  const others = all("tr[id^=o]");
  const strips = all(".strips").map((svg) => ({
    svg, cursor: $("#" + svg.getAttribute("aria-labelledby")).parentNode.querySelector(".cursor"),
    left: +svg.dataset.left, width: +svg.dataset.width,
    rows: svg.closest(".other") ? others : rows
  }));
  const tracks = all(".track", strips[0].svg).map((track) => ({
    name: track.dataset.name,
    values: track.dataset.values.trim().split(" ").map((pair) => {
      const at = pair.indexOf(":");
      return [+pair.slice(0, at), pair.slice(at + 1)];
    })
  }));
  const logs = all(".log").map((box) => ({ box, lines: all("p[data-r]", box) }));
  let current = 0;

  const timeOf = (row) => +row.dataset.us;
  const lastBefore = (list, isBefore) => {
    let found = -1;
    list.forEach((item, i) => { if (isBefore(item)) found = i; });
    return found;
  };
  const mark = (list, index, box) => {
    list.forEach((item, i) => i === index ? item.setAttribute("aria-current", "step") : item.removeAttribute("aria-current"));
    if (index < 0 || !box) return;
    const place = list[index].getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    if (place.top < frame.top || place.bottom > frame.bottom) {
      box.scrollTop += place.top - frame.top - box.clientHeight / 2;
    }
  };
  const fillBlocks = (time) => all(".disk").forEach((figure) => {
    const points = figure.dataset.progress.split(" ").map((point) => point.split(":").map(Number));
    let share = 0;
    points.forEach(([at, value], i) => {
      if (time < at) return;
      const next = points[i + 1];
      share = next ? value + (next[1] - value) * Math.min(1, (time - at) / Math.max(1, next[0] - at)) : value;
    });
    const squares = all("i", figure);
    squares.forEach((square, i) => square.classList.toggle("full", i < Math.round(share * squares.length)));
    figure.querySelector("output").textContent = Math.round(share * 100) + "%";
  });

  function select(index, follow = true) {
    current = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[current];
    const time = timeOf(row);
    mark(rows, current, follow ? row.closest(".run") : null);
    const other = lastBefore(others, (o) => timeOf(o) <= time);
    mark(others, other, others.length ? others[0].closest(".other") : null);
    strips.forEach((strip) => {
      const at = strip.rows === rows ? current : Math.max(other, 0);
      const x = strip.width * (at + 0.5) / strip.rows.length;
      strip.cursor.setAttribute("transform", "translate(" + x.toFixed(1) + " 0)");
    });
    logs.forEach((log) => mark(log.lines, lastBefore(log.lines, (line) => +line.dataset.r <= current), log.box));
    fillBlocks(time);
    $("#slider").value = current;
    $("#slider").setAttribute("aria-valuetext", "step " + (current + 1) + " of " + rows.length);
    $("#now").textContent = "Step " + (current + 1) + " of " + rows.length + ", " + row.cells[0].textContent + " s: " +
      row.cells[2].textContent;
    $("#states").textContent = tracks.map((track) => {
      const at = lastBefore(track.values, ([from]) => from <= current);
      return at < 0 ? "" : track.name + " " + track.values[at][1];
    }).filter(Boolean).join(" \u00b7 ");
  }

  const jump = (isWanted, step) => {
    for (let i = current + step; i >= 0 && i < rows.length; i += step) {
      if (isWanted(rows[i])) return select(i);
    }
  };
  const isChange = (row) => row.classList.contains("chg");
  const isTrouble = (row) => row.classList.contains("flt") || row.classList.contains("bad");
  const actions = {
    first: () => select(0), back: () => select(current - 1), forth: () => select(current + 1),
    last: () => select(rows.length - 1), change: () => jump(isChange, 1), fault: () => jump(isTrouble, 1)
  };
  Object.entries(actions).forEach(([id, act]) => $("#" + id).addEventListener("click", act));
  $("#slider").addEventListener("input", (event) => select(+event.target.value));
  rows.forEach((row, i) => row.addEventListener("click", () => select(i)));
  strips.forEach((strip) => strip.svg.addEventListener("click", (event) => {
    if (strip.rows !== rows) return;
    const box = strip.svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * (strip.left + strip.width) / box.width - strip.left;
    if (x >= 0) select(Math.floor(x * rows.length / strip.width));
  }));
  const moveInLog = (log, step) => {
    const at = lastBefore(log.lines, (line) => line.hasAttribute("aria-current"));
    const line = log.lines[Math.max(0, Math.min(log.lines.length - 1, at + step))];
    if (!line) return;
    select(+line.dataset.r);
    mark(log.lines, log.lines.indexOf(line), log.box);
  };
  logs.forEach((log) => {
    log.lines.forEach((line) => line.addEventListener("click", () => {
      select(+line.dataset.r);
      mark(log.lines, log.lines.indexOf(line), log.box);
    }));
    log.box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      moveInLog(log, step);
      event.preventDefault();
      event.stopPropagation();
    });
  });
  const keys = {
    ArrowRight: actions.forth, ArrowDown: actions.forth, ArrowLeft: actions.back, ArrowUp: actions.back,
    Home: actions.first, End: actions.last, c: actions.change, C: () => jump(isChange, -1),
    f: actions.fault, F: () => jump(isTrouble, -1)
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea, select")) return;
    const act = keys[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  });
  const place = /^#([sp])(\d+)$/;
  const goToHash = () => {
    const match = place.exec(location.hash);
    // p is a position in the trace, of which not every one has a row.
    const row = match && match[1] === "p" ? lastBefore(rows, (one) => +one.dataset.p <= +match[2]) : match ? +match[2] : 0;
    select(row);
  };
  // A link to a part of the page leaves the step as it is.
  addEventListener("hashchange", () => { if (place.test(location.hash)) goToHash(); });
  goToHash();
})();
(() => {
  document.querySelectorAll(".question").forEach((question) => {
    const button = question.querySelector("button");
    button.addEventListener("click", () => {
      const number = question.querySelector("input[type=number]");
      const boxes = [...question.querySelectorAll("input:not([type=number])")];
      const isRight = number ? number.value !== "" && +number.value === +button.dataset.number
        : boxes.every((box) => box.checked === box.hasAttribute("data-right"));
      question.querySelector("output").textContent = isRight ? "\u2713 The run says so too." : "\u2717 The run says otherwise:";
      question.querySelector("details").open = true;
    });
  });
})();
