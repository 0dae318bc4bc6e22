(async function () {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const facts = read("facts");
  const state = { facts: facts, isReady: false, year: facts.years[facts.years.length - 1], error: null, colour: "hub" };
  window.sitePlan = state;
  const shown = {
    sites: ["sites", "site_labels"], substations: ["substations"], names: ["substation_names"], feeds: ["feeds"], pipes: ["pipes"],
    grid_lines: ["grid_lines"], grid_stations: ["grid_stations"], limiting: ["limiting", "limiting_callout"],
    plants: ["reclaimed_plants"], stock: ["stock"], candidates: ["candidates"], excluded: ["excluded"],
    districts: ["districts", "district_names"], flows: ["flows"], hub_names: ["hub_names"],
  };
  try {
    await Bokeh.embed.embed_item(read("item"), "map");
  } catch (error) {
    state.error = String(error);
    throw error;
  }
  const plot = Bokeh.documents[0].get_model_by_name("map");
  const layer = (name) => plot.renderers.find((r) => r.name === name);

  function fit(box) {
    const width = plot.inner_width || 1, height = plot.inner_height || 1;
    const perPixel = Math.max((box[2] - box[0]) / width, (box[3] - box[1]) / height);
    const x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    plot.x_range.setv({ start: x - perPixel * width / 2, end: x + perPixel * width / 2 });
    plot.y_range.setv({ start: y - perPixel * height / 2, end: y + perPixel * height / 2 });
    for (const range of [plot.x_range, plot.y_range]) range.setv({ reset_start: range.start, reset_end: range.end });
  }

  function showYear(year) {
    state.year = year;
    const ending = "_" + year;
    const sources = new Set(plot.renderers.map((r) => r.data_source));
    for (const source of sources) {
      const data = Object.assign({}, source.data);
      for (const column of Object.keys(data)) {
        if (column.endsWith(ending)) data[column.slice(0, -ending.length)] = data[column];
      }
      source.data = data;
    }
    paint(state.colour);
    for (const button of document.querySelectorAll("button[data-year]")) {
      button.classList.toggle("on", Number(button.dataset.year) === year);
    }
  }

  function paint(mode) {
    state.colour = mode;
    const sites = layer("sites");
    if (!sites || !("mode_" + mode in sites.data_source.data)) return;
    const data = Object.assign({}, sites.data_source.data);
    data.colour = data["mode_" + mode];
    data.ink = data["ink_" + mode];
    sites.data_source.data = data;
    for (const button of document.querySelectorAll("button[data-colour]")) {
      button.classList.toggle("on", button.dataset.colour === mode);
    }
    for (const part of document.querySelectorAll("[data-legend]")) part.hidden = part.dataset.legend !== mode;
  }

  for (const button of document.querySelectorAll("button[data-colour]")) {
    button.addEventListener("click", () => paint(button.dataset.colour));
  }
  for (const input of document.querySelectorAll("input[data-layer]")) {
    const apply = () => shown[input.dataset.layer].forEach((name) => {
      if (layer(name)) layer(name).visible = input.checked;
    });
    input.addEventListener("change", apply);
    apply();
  }
  for (const button of document.querySelectorAll("button[data-year]")) {
    button.addEventListener("click", () => showYear(Number(button.dataset.year)));
  }
  for (const button of document.querySelectorAll("button[data-fit]")) {
    button.addEventListener("click", () => fit(facts.bounds[button.dataset.fit]));
  }
  state.drawn = () => Object.fromEntries(plot.renderers.map((r) => [r.name, r.visible ? r.data_source.get_length() : 0]));
  state.showYear = showYear;
  let box = [0, 0];
  const settle = () => {
    if (plot.inner_width === box[0] && plot.inner_height === box[1]) return;
    box = [plot.inner_width, plot.inner_height];
    fit(facts.bounds.plan);
  };
  new ResizeObserver(() => setTimeout(settle, 60)).observe(document.getElementById("map"));
  setTimeout(() => { settle(); state.isReady = true; }, 120);
})();
