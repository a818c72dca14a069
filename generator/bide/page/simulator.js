// The page of a simulator: it listens to what happens, and sends what is clicked.

const title = JSON.parse($("data").textContent).title;
$("title").textContent = `${title}, simulated`;

const time = { now: 0, at: performance.now(), speed: 1 };
const serverNow = () => time.now + ((performance.now() - time.at) / 1000) * time.speed;
const board = new Board({ now: serverNow, isLive: true, open: openLane });
let forms = [];

function keepTime(now) { Object.assign(time, { now, at: performance.now() }); }

async function send(path, body) {
  const reply = await fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  }).catch(() => null);
  const answer = reply ? await reply.json() : { error: "the simulator does not answer" };
  $("message").textContent = answer.error ?? "";
  return reply?.ok ? answer : null;
}

// --- what happens ---

const events = new EventSource("events");
events.addEventListener("open", () => { $("link").textContent = "live"; });
events.addEventListener("error", () => { $("link").textContent = "not connected; trying again"; });
events.addEventListener("start", (event) => {
  const start = JSON.parse(event.data);
  keepTime(start.now);
  time.speed = start.speed;
  if (document.activeElement !== $("speed")) $("speed").value = start.speed;
  board.clear();
  for (const lane of start.lanes) board.lane(lane);
  if (JSON.stringify(forms) !== JSON.stringify(start.forms)) { forms = start.forms; setUp(start.operations); }
  board.draw();
});
events.addEventListener("entries", (event) => {
  const { now, entries } = JSON.parse(event.data);
  keepTime(now);
  for (const entry of entries) {
    for (const lane of entry.lanes) board.lane(lane);
    board.request(entry);
  }
});
events.addEventListener("orders", (event) => showOrders(JSON.parse(event.data).orders));

// --- one job ---

async function openLane(lane) {
  const query = lane.isRest ? `of=${encodeURIComponent(lane.job)}` : `job=${encodeURIComponent(lane.id)}`;
  const reply = await fetch(`exchanges?${query}`);
  const found = await reply.json();
  $("exchanges").replaceChildren(...found.map((entry) => exchangeOf(entry, lane.began)));
  if (lane.isRest) return;
  const tools = [["Answer its next poll with 429", "poll", "429"], ["Drop the reply to its next poll", "poll", "lost"],
    ["Answer its result with 502", "result", "502"]];
  $("details-tools").replaceChildren(
    ...tools.map(([words, request, fault]) => el("button", {
      type: "button", onclick: async () => { if (await send("disturb", { job: lane.id, request, fault })) $("details").close(); },
    }, words)),
    el("button", { type: "button", onclick: () => openLane(lane) }, "Look again"),
    el("small", {}, lane.scenario ? `scenario: ${lane.scenario}` : ""),
  );
}

// --- orders ---

const OUTCOMES = { fail: "Fail", partial: "Be partial", stall: "Stall", cancel: "Be cancelled", expire: "Expire" };
const FAULTS = [["Answer 429", "submit=429"], ["429 to a poll", "poll=429"], ["Drop its reply", "submit=lost"], ["Drop a poll's reply", "poll=lost"]];
const CALL_FAULTS = [["Fail", "fail"], ["Answer 429", "call=429"], ["Drop its reply", "call=lost"]];

function chosenKind() {
  const [kind, name] = $("next-kind").value.split(":");
  return { kind, name };
}

function showButtons() {
  const { kind, name } = chosenKind();
  const able = new Set(forms.filter((each) => !name || each.job === name).flatMap((each) => each.outcomes));
  const outcomes = Object.entries(OUTCOMES).map(([key, words]) => [words, key, able.has(key)]);
  const all = kind === "operation" ? CALL_FAULTS : [...outcomes, ...FAULTS];
  $("next-buttons").replaceChildren(...all.map(([words, scenario, can = true]) => el("button", {
    type: "button", disabled: !can, "data-scenario": scenario, onclick: () => order(scenario),
  }, words)));
}

const order = (scenario) => send("next", { ...chosenKind(), scenario });

function showOrders(orders) {
  $("orders").replaceChildren(...orders.map((each) => el("li", {}, el("button", {
    type: "button", title: "Take this order back", onclick: () => send("next", { drop: each.number }),
  }, `${each.name ?? "any job"}: ${each.scenario} ✕`))));
}

// --- forms ---

function setUp(operations) {
  const kinds = forms.map((each) => each.job);
  $("next-kind").replaceChildren(
    el("option", { value: "job:" }, "any kind"),
    ...kinds.map((job) => el("option", { value: `job:${job}` }, job)),
    ...operations.map((name) => el("option", { value: `operation:${name}` }, `${name} (operation)`)),
  );
  $("submit-kind").replaceChildren(...kinds.map((job) => el("option", {}, job)));
  showButtons();
  showForm();
}

function inputOf(field) {
  const shared = { name: field.name, required: field.required, "aria-describedby": `about-${field.name}` };
  const start = field.start == null ? "" : typeof field.start === "string" ? field.start : JSON.stringify(field.start);
  const hint = field.default == null ? "" : `default: ${JSON.stringify(field.default)}`;
  if (field.kind === "enum" || field.kind === "boolean") {
    const values = field.kind === "enum" ? field.values : [true, false];
    const input = el("select", shared, ...(field.required ? [] : [el("option", { value: "" }, hint || "not sent")]),
      ...values.map((value) => el("option", { value: JSON.stringify(value) }, String(value))));
    if (field.start != null) input.value = JSON.stringify(field.start);
    return input;
  }
  if (field.kind === "json" || field.kind === "long") {
    const input = el("textarea", { ...shared, rows: 2, placeholder: hint || (field.kind === "json" ? "JSON" : "") });
    input.value = field.kind === "json" && field.start != null ? JSON.stringify(field.start) : start;
    return input;
  }
  const isNumber = field.kind === "number" || field.kind === "integer";
  const type = isNumber ? "number" : field.kind === "secret" ? "password" : field.kind === "date" ? "date" : "text";
  const step = field.kind === "integer" ? 1 : isNumber ? "any" : null;
  return el("input", { ...shared, type, step, min: field.min, max: field.max, minlength: field.min_length,
    maxlength: field.max_length, placeholder: hint, value: start, autocomplete: "off" });
}

function showForm() {
  const form = forms.find((each) => each.job === $("submit-kind").value);
  $("submit-reply").textContent = "";
  const fields = (form?.inputs ?? []).map((field) => el("label", {},
    el("span", {}, field.wire + (field.required ? "" : " (optional)")), inputOf(field),
    el("small", { id: `about-${field.name}` }, field.description)));
  const scenario = el("label", {}, el("span", {}, "scenario of this job (optional)"),
    el("input", { name: "\u0000scenario", placeholder: "fail; duration=3", autocomplete: "off" }));
  $("submit-form").replaceChildren(...fields, scenario, el("div", {}, el("button", {}, "Submit")));
}

function valueOf(field, text) {
  if (["enum", "boolean", "json", "number", "integer"].includes(field.kind)) return JSON.parse(text);
  return text;
}

async function submitForm(event) {
  event.preventDefault();
  const form = forms.find((each) => each.job === $("submit-kind").value);
  const given = {};
  for (const field of form.inputs) {
    const input = event.target.elements.namedItem(field.name);
    if (input.value === "" && !(field.required && field.kind === "text")) continue;
    try { given[field.name] = valueOf(field, input.value); } catch {
      $("submit-reply").textContent = `${field.wire} is not JSON`;
      input.focus();
      return;
    }
  }
  const scenario = event.target.elements.namedItem("\u0000scenario").value;
  const answer = await send("submit", { job: form.job, arguments: given, scenario });
  if (answer) $("submit-reply").textContent = `${answer.status ?? "no reply"} ${answer.body.slice(0, 300)}`;
}

$("next-kind").addEventListener("change", showButtons);
$("next-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await order($("next-text").value)) $("next-text").value = "";
});
$("submit-kind").addEventListener("change", showForm);
$("submit-form").addEventListener("submit", submitForm);
$("speed-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const speed = Number($("speed").value);
  if (await send("speed", { speed })) $("message").textContent = `Clients need a clock of speed ${speed} now.`;
});
$("forget").addEventListener("click", () => {
  if (confirm("Forget all jobs, orders and exchanges?")) send("forget", {});
});
