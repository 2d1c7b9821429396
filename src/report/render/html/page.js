(() => {
  "use strict";
  const filter = document.getElementById("filter");
  if (filter) {
    const rows = Array.from(document.querySelectorAll("#findings tbody tr"));
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const search = filter.querySelector("input[type=search]");
    const boxes = Array.from(filter.querySelectorAll("input[type=checkbox]"));
    const count = document.getElementById("count");
    const apply = () => {
      const wanted = search.value.trim().toLowerCase();
      const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      let shown = 0;
      rows.forEach((row, at) => {
        const fits = kinds.has(row.dataset.kind) && texts[at].includes(wanted);
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      count.textContent = shown + " of " + rows.length + " shown";
    };
    filter.addEventListener("input", apply);
    filter.addEventListener("submit", (event) => event.preventDefault());
    filter.hidden = false;
    apply();
  }
  for (const command of document.querySelectorAll(".command")) {
    const text = command.querySelector("pre");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () => {
      const told = (word) => { button.textContent = word; };
      const mark = () => {
        getSelection().selectAllChildren(text);
        told("Marked");
      };
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text.textContent).then(() => told("Copied"), mark);
      } else {
        mark();
      }
    });
    command.append(button);
  }
})();
