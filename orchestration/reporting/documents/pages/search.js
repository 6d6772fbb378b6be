(function () {
  "use strict";
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const tables = Array.from(document.querySelectorAll("details.part"));
  function openNamed() {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named && named.tagName === "DETAILS") { named.hidden = false; named.open = true; named.scrollIntoView(); }
  }
  search.addEventListener("input", function () {
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    for (const table of tables) {
      table.hidden = wanted !== "" && !table.textContent.toLowerCase().includes(wanted);
      count += table.hidden ? 0 : 1;
    }
    found.textContent = wanted === "" ? "" : count + " of " + tables.length;
  });
  window.addEventListener("hashchange", openNamed);
  openNamed();
})();
