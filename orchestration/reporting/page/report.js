"use strict";
// Draws the Sankeys. Everything else on the page stands there without a script.
(() => {
  const columnWidth = 215;
  const rowHeight = 46;
  const links = JSON.parse(document.getElementById("flows").textContent);
  const tones = { reached: "good", abandoned: "bad", failed: "bad", open: "unsure" };

  const element = (parent, tag, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return parent.appendChild(made);
  };
  const nameOf = (id) => id.slice(id.indexOf("|") + 1);
  const toneOf = (id) => (id.startsWith("exit|") ? tones[nameOf(id)] || "" : "");
  const count = (number) => number.toLocaleString("en");

  const draw = (svg) => {
    const drawn = links[svg.dataset.flow];
    if (!drawn || !drawn.length) return;
    const ids = [...new Set(drawn.flatMap((link) => [link.from, link.to]))];
    const perStep = {};
    for (const id of ids) perStep[id.split("|")[0]] = (perStep[id.split("|")[0]] || 0) + 1;
    const width = Math.max(900, Object.keys(perStep).length * columnWidth);
    const height = Math.max(160, Math.max(...Object.values(perStep)) * rowHeight);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    const graph = d3Sankey
      .sankey()
      .nodeId((node) => node.id)
      .nodeAlign(d3Sankey.sankeyJustify)
      .nodeWidth(12)
      .nodePadding(18)
      .extent([[4, 8], [width - 150, height - 8]])({
      nodes: ids.map((id) => ({ id })),
      links: drawn.map((link) => ({ source: link.from, target: link.to, value: link.count })),
    });
    const path = d3Sankey.sankeyLinkHorizontal();
    for (const link of graph.links) {
      const line = element(svg, "path", {
        class: `link ${toneOf(link.target.id)}`,
        d: path(link),
        "stroke-width": Math.max(1, link.width),
      });
      const words = `${nameOf(link.source.id)} → ${nameOf(link.target.id)}: ${count(link.value)}`;
      element(line, "title", {}, words);
    }
    for (const node of graph.nodes) {
      element(svg, "rect", {
        class: `node ${toneOf(node.id)}`,
        x: node.x0,
        y: node.y0,
        width: node.x1 - node.x0,
        height: Math.max(1, node.y1 - node.y0),
      });
      element(
        svg,
        "text",
        { x: node.x1 + 5, y: (node.y0 + node.y1) / 2 + 4 },
        `${nameOf(node.id)} ${count(node.value)}`,
      );
    }
  };
  for (const svg of document.querySelectorAll("svg[data-flow]")) draw(svg);

  // On paper nothing can be opened.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const folded of opened) folded.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const folded of opened) folded.open = false;
  });
  // A link into a folded part opens it.
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  window.addEventListener("hashchange", openTarget);
  openTarget();
})();
