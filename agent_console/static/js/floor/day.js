// The day in pictures: read once a minute, drawn by uPlot; a scope is chosen without a button.
const EVERY_MS = 60_000;
const plots = document.getElementById("plots");
const colours = ["#2563eb", "#16a34a", "#d97706", "#9333ea", "#dc2626", "#0891b2", "#65a30d", "#64748b"];
const drawn = new Map();

for (const select of document.querySelectorAll("[data-submit]")) select.addEventListener("change", () => select.form.submit());

/** Draws into an element, or gives the plot that is there its new data. */
function draw(element, series, data) {
  const known = drawn.get(element);
  if (known && known.series.length === series.length) return known.setData(data);
  known?.destroy();
  const style = getComputedStyle(document.body);
  const axis = { stroke: style.getPropertyValue("--quiet"), grid: { stroke: style.getPropertyValue("--line"), width: 1 } };
  const options = { width: element.clientWidth || 400, height: 190, series: [{}, ...series], axes: [{ ...axis, values: (_, at) => at.map((second) => clock.format(second * 1000)) }, { ...axis, size: 44 }], legend: { live: false } };
  drawn.set(element, new uPlot(options, data, element));
}

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: plots.dataset.zone });

const line = (label, place) => ({ label, stroke: colours[place % colours.length], width: 2, points: { show: false } });

function show(day) {
  const begins = Date.parse(day.begins) / 1000;
  const at = (values) => values.map((_, place) => begins + (place + 1) * day.slot_s);
  for (const element of plots.querySelectorAll("[data-plot]")) {
    if (element.dataset.plot === "outcomes") {
      const [named, words] = [Object.entries(day.outcomes), JSON.parse(element.dataset.words)];
      if (named.length) draw(element, named.map(([name], place) => line(words[name], place)), [at(named[0][1]), ...named.map(([, counts]) => counts)]);
    } else if (element.dataset.plot === "abandons") {
      const shares = day.abandons.map(({ abandoned, live }) => (live ? (100 * abandoned) / live : null));
      draw(element, [line("%", 4)], [day.abandons.map((one) => Date.parse(one.begins) / 1000), shares]);
    } else {
      const { contacts, contacts_yesterday: before } = day;
      const today = before.map((_, place) => contacts[place] ?? null);
      draw(element, [line(element.dataset.today, 0), line(element.dataset.yesterday, 7)], [at(before), today, before]);
    }
  }
}

async function read() {
  const answer = await fetch(plots.dataset.day, { headers: { "X-Unattended": "yes" } }).catch(() => null);
  if (answer?.ok) show(await answer.json());
}

addEventListener("resize", () => {
  for (const [element, plot] of drawn) plot.setSize({ width: element.clientWidth, height: 190 });
});
addEventListener("load", () => {
  read();
  setInterval(read, EVERY_MS);
});
