(() => {
  "use strict";
  const narrow = 700;

  const showAge = () => {
    const date = document.getElementById("as-of");
    const days = Math.floor((Date.now() - Date.parse(date.dateTime)) / 86400000);
    if (days < 1) return;
    const years = Math.floor(days / 365.25);
    const months = Math.floor(days / 30.44);
    const [size, noun] = years >= 2 ? [years, "year"] : months >= 2 ? [months, "month"] : [days, "day"];
    document.getElementById("age").textContent = `(${size} ${noun}${size === 1 ? "" : "s"} before today)`;
  };

  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const details = target && target.querySelector("details.whole");
    if (details) details.open = true;
  };

  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~";
  const decode = (unpadded) => {
    const short = (5 - (unpadded.length % 5)) % 5;
    const code = unpadded + "~".repeat(short);
    const value = new Uint8Array(128);
    for (let i = 0; i < 85; i++) value[alphabet.charCodeAt(i)] = i;
    const view = new DataView(new ArrayBuffer((code.length / 5) * 4));
    for (let i = 0, at = 0; i < code.length; i += 5, at += 4) {
      let word = 0;
      for (let j = i; j < i + 5; j++) word = word * 85 + value[code.charCodeAt(j)];
      view.setUint32(at, word);
    }
    return new Uint8Array(view.buffer, 0, view.byteLength - short);
  };

  let ready = null;
  const unpack = () => {
    const reader = new TextDecoder();
    const packed = document.getElementById("plotly-bundle");
    const sizes = packed.dataset.bytes.split(" ").map(Number);
    const texts = packed.textContent.split(" ").map((code, i) =>
      reader.decode(unpackLzma(decode(code), sizes[i]), { stream: true }));
    const script = document.createElement("script");
    script.textContent = texts.join("");
    document.head.append(script);
    return window.Plotly;
  };

  const draw = async (figure, model) => {
    const plotly = (ready = ready || unpack());
    if (!plotly) return;
    const live = figure.querySelector(".live");
    if (model.beside && innerWidth > 1087) model.layout.height = model.beside;
    figure.classList.add("drawing-live");
    try {
      await plotly.newPlot(live, model.data, model.layout, { displayModeBar: false, responsive: true });
      figure.classList.add("is-live");
    } finally {
      figure.classList.remove("drawing-live");
    }
  };

  const closeFillers = () => {
    if (innerWidth > 1087) return;
    for (const numbers of document.querySelectorAll(".filler")) numbers.open = false;
  };

  showAge();
  closeFillers();
  openTarget();
  addEventListener("hashchange", openTarget);
  const packed = document.getElementById("figures");
  if (innerWidth < narrow || !packed) return;
  const models = JSON.parse(packed.textContent);
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      draw(entry.target, models[entry.target.dataset.figure]);
    }
  }, { rootMargin: "300px" });
  for (const figure of document.querySelectorAll("[data-figure]")) seen.observe(figure);
})();
