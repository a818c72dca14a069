// Jobs as lanes over time: the board that the page of the simulator and that of a trace share.
// A lane is {id, job, began, steps: [[second, status, state], ...]}, a request {at, role, status, fault, ...}.

const $ = (id) => document.getElementById(id);

function el(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...inside);
  return made;
}

const ROW = 40;
const ENDS = { succeeded: "✓", partial: "◐", failed: "✗", cancelled: "–", expired: "–" };
const isFinal = (state) => state in ENDS;

function isBad(request) {
  return request.status == null || request.status >= 400 || Boolean(request.fault) ||
    (request.ending ?? "whole") !== "whole";
}

function wordOf(request) {
  const late = request.retry_after ? `, Retry-After: ${request.retry_after}` : "";
  const told = request.fault && request.fault !== String(request.status) ? ` (told to: ${request.fault})` : "";
  const ending = { cut: ", cut short", hang: ", hangs" }[request.ending] ?? "";
  return `${request.status ?? request.error ?? "no reply"}${request.status && request.error ? " " + request.error : ""}` +
    `${ending}${late}${told}`;
}

class Lane {
  constructor(facts) {
    this.requests = [];
    this.bad = 0;
    this.take(facts);
  }

  take({ id, job, began, steps, scenario, isRest }) {
    Object.assign(this, { id, job, began, steps, scenario, isRest });
  }

  add(request) {
    this.requests.push(request);
    if (isBad(request)) this.bad += 1;
  }

  step(now) {
    let found = this.steps[0];
    for (const step of this.steps) if (step[0] <= now) found = step;
    return found;
  }

  state(now) { return this.isRest ? "no job" : this.step(now)?.[2] ?? ""; }

  end(now) {
    const step = this.step(now);
    return step && isFinal(step[2]) ? step[0] : null;
  }

  last(now) {
    const last = this.requests.at(-1)?.at ?? this.began;
    return this.isRest ? last : Math.max(last, this.end(now) ?? now);
  }

  words(now) {
    const polls = this.requests.filter((each) => each.role.startsWith("poll")).length;
    const bad = this.bad ? `, ${this.bad} bad` : "";
    const state = this.isRest ? "without a job" : `${this.state(now)}, ${polls} poll${polls === 1 ? "" : "s"}`;
    return this.isRest ? `${state}, ${this.requests.length} request${this.requests.length === 1 ? "" : "s"}${bad}` : state + bad;
  }
}

class Board {
  constructor({ now, open, isLive }) {
    this.now = now;
    this.open = open;
    this.isLive = isLive;
    this.lanes = new Map();
    this.shown = [];
    this.rows = new Map();
    this.chosen = null;
    this.isStale = true;
    this.box = $("lanes");
    this.box.addEventListener("scroll", () => this.draw());
    this.box.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.box);
    $("span").addEventListener("change", () => this.draw());
    $("filter").addEventListener("input", () => { this.isStale = true; this.draw(); });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => { this.colours = null; this.draw(); });
    $("close").addEventListener("click", () => $("details").close());
    $("details").addEventListener("close", () => this.box.focus());
    if (isLive) setInterval(() => { if (!document.hidden) this.draw(); }, 250);
  }

  clear() {
    this.lanes.clear();
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.chosen = null;
    this.isStale = true;
  }

  lane(facts) {
    const key = facts.isRest ? `rest ${facts.job}` : facts.id;
    const known = this.lanes.get(key);
    if (known) known.take(facts);
    else { this.lanes.set(key, Object.assign(new Lane(facts), { key })); this.isStale = true; }
    return known ?? this.lanes.get(key);
  }

  request(request) {
    const about = request.jobs.map((id) => this.lanes.get(id)).filter(Boolean);
    if (about.length === 0) {
      const job = request.of || request.role || "no such address";
      about.push(this.lane({ id: job, job, began: this.lanes.get(`rest ${job}`)?.began ?? request.at, steps: [], isRest: true }));
    }
    for (const lane of about) lane.add(request);
  }

  visible() {
    const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const now = this.now();
    if (this.isStale || words.length) {
      this.shown = [...this.lanes.values()].reverse().filter((lane) => {
        const text = `${lane.id} ${lane.job} ${lane.state(now)}`.toLowerCase();
        return words.every((word) => text.includes(word));
      });
      this.isStale = false;
    }
    return this.shown;
  }

  range() {
    const now = this.now();
    const span = $("span").value;
    const all = this.visible();
    const end = this.isLive ? now : Math.max(...all.map((lane) => lane.last(now)), 0);
    if (span === "each") {
      const longest = all.reduce((most, lane) => Math.max(most, lane.last(now) - lane.began), 1);
      return { from: 0, to: longest * 1.03, isEach: true };
    }
    const first = all.reduce((least, lane) => Math.min(least, lane.began), end);
    const from = span === "all" ? first : Math.max(first, end - Number(span));
    return { from, to: Math.max(end, from + 1) + (end - from) * 0.02, isEach: false };
  }

  draw() {
    this.colours ??= this.read();
    const all = this.visible();
    const now = this.now();
    $("room").style.height = `${all.length * ROW}px`;
    const first = Math.max(Math.floor(this.box.scrollTop / ROW) - 2, 0);
    const last = Math.min(first + Math.ceil(this.box.clientHeight / ROW) + 4, all.length);
    const range = this.range();
    const wanted = new Set(all.slice(first, last).map((lane) => lane.key));
    for (const [key, row] of this.rows) if (!wanted.has(key)) { row.remove(); this.rows.delete(key); }
    for (let at = first; at < last; at += 1) this.row(all[at], at, all.length, range, now);
    if (this.chosen) this.box.setAttribute("aria-activedescendant", this.rows.get(this.chosen)?.id ?? "");
    this.axis(range);
    const jobs = [...this.lanes.values()].filter((lane) => !lane.isRest);
    const counts = {};
    for (const lane of jobs) { const state = lane.state(now); counts[state] = (counts[state] ?? 0) + 1; }
    const said = [`${jobs.length} job${jobs.length === 1 ? "" : "s"}`, ...Object.entries(counts).map(([state, n]) => `${n} ${state}`)].join(", ");
    if ($("counts").textContent !== said) $("counts").textContent = said;
  }

  read() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    const names = ["ink", "soft", "line", "pending", "running", "succeeded", "partial", "failed", "cancelled", "expired"];
    return Object.fromEntries(names.map((name) => [name, of(name)]));
  }

  row(lane, at, total, range, now) {
    let row = this.rows.get(lane.key);
    if (!row) {
      row = el("div", { class: "lane", role: "option", id: `lane-${lane.key.replace(/\W/g, "_")}` },
        el("span", { class: "name" }, el("b"), el("small")), el("canvas"));
      row.addEventListener("click", () => { this.choose(lane); this.show(lane); });
      row.addEventListener("mousemove", (event) => this.hover(lane, event));
      this.rows.set(lane.key, row);
      $("room").append(row);
    }
    row.style.top = `${at * ROW}px`;
    const [name, more] = row.firstChild.children;
    const title = lane.isRest ? lane.job : `${lane.job} ${lane.id}`.trim();
    const short = title.length > 34 ? `${lane.job || title.split(" ")[0]} …${title.slice(-8)}` : title;
    if (name.textContent !== short) { name.textContent = short; row.title = title; }
    const words = lane.words(now);
    if (more.textContent !== words) {
      more.textContent = words;
      row.setAttribute("aria-label", `${title}: ${words}`);
      row.dataset.state = lane.state(now);
    }
    row.setAttribute("aria-selected", String(this.chosen === lane.key));
    row.setAttribute("aria-posinset", at + 1);
    row.setAttribute("aria-setsize", total);
    this.paint(row.lastChild, lane, range, now);
  }

  canvas(canvas) {
    const dots = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * dots)) canvas.width = Math.round(width * dots);
    if (canvas.height !== Math.round(height * dots)) canvas.height = Math.round(height * dots);
    const pen = canvas.getContext("2d");
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "11px system-ui, sans-serif";
    return [pen, width, height];
  }

  x(second, lane, range, width) {
    const at = range.isEach ? second - lane.began : second;
    return ((at - range.from) / (range.to - range.from)) * (width - 14) + 4;
  }

  paint(canvas, lane, range, now) {
    const [pen, width] = this.canvas(canvas);
    const at = (second) => this.x(second, lane, range, width);
    lane.steps.forEach(([since, , state], index) => {
      if (since > now) return;
      const isEnd = isFinal(state);
      const until = Math.min(lane.steps[index + 1]?.[0] ?? Infinity, now);
      pen.fillStyle = this.colours[state] ?? this.colours.soft;
      if (isEnd) {
        pen.font = "bold 15px system-ui, sans-serif";
        pen.fillText(ENDS[state], at(since) + 1, 27);
        pen.font = "11px system-ui, sans-serif";
      }
      else pen.fillRect(at(since), 16, Math.max(at(until) - at(since), 1), 10);
    });
    let lastText = -Infinity;
    for (const request of lane.requests) {
      const left = at(request.at);
      if (left < -20 || left > width + 20) continue;
      const bad = isBad(request);
      pen.fillStyle = pen.strokeStyle = bad ? this.colours.failed : this.colours.ink;
      const seconds = Number.parseFloat(request.retry_after);
      if (seconds > 0) {
        pen.setLineDash([2, 2]);
        pen.beginPath(); pen.moveTo(left, 31); pen.lineTo(at(request.at + seconds), 31); pen.stroke();
        pen.setLineDash([]);
      }
      if (bad) {
        pen.beginPath(); pen.arc(left, 21, 3.5, 0, 7); pen.fill();
        const text = String(request.status ?? "✂");
        if (left - lastText > 24) { pen.fillText(text, left - 8, 12); lastText = left; }
      } else if (request.role === "submit") {
        pen.beginPath(); pen.moveTo(left - 4, 9); pen.lineTo(left + 4, 9); pen.lineTo(left, 16); pen.fill();
      } else if (request.role === "result") pen.fillRect(left - 3, 27, 6, 6);
      else if (request.role === "cancel") pen.fillText("×", left - 3, 14);
      else pen.fillRect(left - 0.5, 13, 1, 16);
    }
  }

  axis(range) {
    const [pen, width] = this.canvas($("axis"));
    const label = this.rows.values().next().value?.firstChild.offsetWidth ?? 0;
    const length = range.to - range.from;
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400]
      .find((each) => (length / each) * 60 < width - label) ?? 604800;
    pen.fillStyle = this.colours.soft;
    const zero = range.isEach || this.isLive ? 0 : range.from;
    for (let at = Math.ceil((range.from - zero) / step) * step; at + zero < range.to; at += step) {
      const left = label + this.x(at + zero, { began: 0 }, { ...range, isEach: false }, width - label);
      pen.fillRect(left, 14, 1, 5);
      pen.fillText(step < 1 ? `${at.toFixed(1)} s` : at < 120 ? `${at} s` : `${Math.round(at / 6) / 10} min`, left + 3, 12);
    }
  }

  hover(lane, event) {
    const canvas = this.rows.get(lane.key).lastChild;
    const left = event.clientX - canvas.getBoundingClientRect().left;
    const range = this.range();
    let best = null;
    for (const request of lane.requests) {
      const far = Math.abs(this.x(request.at, lane, range, canvas.clientWidth) - left);
      if (far < 12 && (!best || far <= best.far)) best = { far, request };
    }
    $("tip").textContent = best
      ? `${best.request.at.toFixed(1)} s  ${best.request.role} ${best.request.method} ${best.request.path}: ${wordOf(best.request)}`
      : `${lane.job} ${lane.id}: ${lane.words(this.now())}${lane.scenario ? `; scenario: ${lane.scenario}` : ""}`;
  }

  choose(lane) {
    this.chosen = lane?.key ?? null;
    const at = this.shown.indexOf(lane);
    if (at >= 0) {
      const [top, bottom] = [at * ROW, (at + 1) * ROW];
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      if (bottom > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = bottom - this.box.clientHeight;
    }
    this.draw();
  }

  key(event) {
    const all = this.visible();
    const at = all.findIndex((lane) => lane.key === this.chosen);
    const page = Math.max(Math.floor(this.box.clientHeight / ROW) - 1, 1);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1, PageDown: at + page, PageUp: at - page };
    if (event.key in moves && all.length) {
      event.preventDefault();
      this.choose(all[Math.min(Math.max(moves[event.key], 0), all.length - 1)]);
    } else if ((event.key === "Enter" || event.key === " ") && at >= 0) {
      event.preventDefault();
      this.show(all[at]);
    }
  }

  async show(lane) {
    $("details-title").textContent = lane.isRest ? `${lane.job}: requests without a job` : `${lane.job} ${lane.id}`;
    $("details-tools").replaceChildren();
    $("exchanges").replaceChildren();
    if (!$("details").open) $("details").showModal();
    await this.open(lane);
  }
}

function exchangeOf(request, began) {
  const after = (request.at - began).toFixed(2);
  const line = `+${after} s  ${request.role || "?"}  ${request.method} ${request.path} → ${wordOf(request)}`;
  const halves = [["Request", request.sent], ["Reply", request.answered]].flatMap(([name, half]) => {
    if (half === undefined) return [];
    const head = name === "Request" ? `${request.method} ${request.path}` : wordOf(request);
    const text = half ? [head, ...half.headers.map(([key, value]) => `${key}: ${value}`), "", pretty(half.body)].join("\n") : "(no longer kept)";
    return [el("div", {}, name), el("pre", {}, text)];
  });
  if (!halves.length) return el("div", { class: "exchange" }, line);
  const shown = el("details", { class: "exchange" }, el("summary", { class: isBad(request) ? "bad" : "" }, line), ...halves);
  return shown;
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
