"use strict";
(() => {
  // Hints: what stands in an element's <title> is shown beside the pointer at once.
  const box = document.createElement("div");
  box.id = "tip";
  document.body.append(box);
  let held = null;
  const release = () => {
    if (held) held.element.prepend(held.title);
    held = null;
    box.style.opacity = 0;
  };
  document.addEventListener("pointermove", (event) => {
    const element = event.target.closest ? event.target.closest("svg *") : null;
    if (held && held.element === element) {
      place(event);
      return;
    }
    release();
    const title = element && [...element.children].find((child) => child.tagName === "title");
    if (!title) return;
    title.remove();
    held = { element, title };
    box.textContent = title.textContent;
    box.style.opacity = 1;
    place(event);
  });
  const place = (event) => {
    const left = Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8);
    box.style.left = `${left}px`;
    box.style.top = `${event.clientY + 18 + box.offsetHeight > innerHeight ? event.clientY - box.offsetHeight - 10 : event.clientY + 18}px`;
  };
  document.addEventListener("pointerleave", release);

  // The slider of the map: days to the door between without and with the change.
  const mix = document.getElementById("mix");
  if (!mix) return;
  const edges = [2, 3, 4, 5];
  const dots = [...document.querySelectorAll(".customers circle")].map((dot) => ({
    dot, now: Number(dot.dataset.n), before: Number(dot.dataset.b), volume: Number(dot.dataset.v),
  }));
  const all = dots.reduce((sum, { volume }) => sum + volume, 0) || 1;
  const show = () => {
    const part = mix.value / 100;
    const sums = [0, 0, 0, 0, 0];
    for (const { dot, now, before, volume } of dots) {
      const days = Number.isNaN(before) ? now : before + (now - before) * part;
      const group = edges.filter((edge) => days > edge).length;
      dot.setAttribute("class", `d${group}`);
      sums[group] += volume;
    }
    sums.forEach((sum, group) => {
      const place = document.getElementById(`share-${group}`);
      if (place) place.textContent = `${Math.round((sum / all) * 100)}\u00a0%`;
    });
    for (const [name, seen] of [["with", part], ["without", 1 - part]]) {
      for (const group of document.querySelectorAll(`svg g.${name}`)) group.style.opacity = seen;
    }
  };
  mix.addEventListener("input", show);
  show();
})();
