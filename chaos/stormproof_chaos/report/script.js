"use strict";

// Everything is readable without this script. It adds: reading single calls off a plot, hiding what is fine,
// and opening what is folded before printing. Texts of the journal only ever pass through textContent.

const NEAR = 24; // units of the plot within which a pointer reads a mark

for (const figure of document.querySelectorAll("figure")) {
  const data = figure.querySelector(".readings");
  if (data) browse(figure, JSON.parse(data.textContent));
}

const only = document.getElementById("only");
if (only) {
  only.hidden = false;
  only.addEventListener("click", () => {
    const hiding = document.body.classList.toggle("only-attention");
    only.setAttribute("aria-pressed", String(hiding));
  });
}

const opened = [];
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    opened.push(details);
  }
});
window.addEventListener("afterprint", () => {
  for (const details of opened.splice(0)) details.open = false;
});

function browse(figure, {names, outcomes, calls}) {
  const plot = figure.querySelector(".timeline");
  const scroll = figure.querySelector(".scroll");
  const ring = plot.querySelector(".ring");
  const controls = figure.querySelector(".browsing");
  const output = controls.querySelector("output");
  const failed = calls.filter((call) => outcomes[call[4]] !== "ok");
  const stations = failed.length ? failed : calls;
  let place = -1;

  function read(call) {
    const [x, y, at, milliseconds, outcome, name, step, status] = call;
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    const facts = [`at ${at.toFixed(3)}s`, latency(milliseconds), outcomes[outcome], names[name], `step ${step}`];
    if (status) facts.splice(3, 0, `status ${status}`);
    output.textContent = facts.join(" · ");
  }

  controls.hidden = false;
  for (const button of controls.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const move = Number(button.dataset.move);
      place = place < 0 && move < 0 ? stations.length - 1 : (place + move + stations.length) % stations.length;
      read(stations[place]);
      scroll.scrollLeft = (stations[place][0] / plot.viewBox.baseVal.width) * plot.clientWidth - scroll.clientWidth / 2;
    });
  }
  plot.addEventListener("pointermove", (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM().inverse());
    const nearest = closest(calls, point);
    if (nearest) {
      place = stations.indexOf(nearest);
      read(nearest);
    }
  });
}

function closest(calls, point) {
  let best = null;
  let distance = NEAR;
  for (const call of calls) {
    const away = Math.hypot(call[0] - point.x, call[1] - point.y);
    if (away < distance) [best, distance] = [call, away];
  }
  return best;
}

function latency(milliseconds) {
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(2)}s`;
  return milliseconds >= 10 ? `${milliseconds.toFixed(0)}ms` : `${milliseconds.toFixed(1)}ms`;
}
