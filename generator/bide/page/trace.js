// The page of a trace: everything is in the file.

const data = JSON.parse($("data").textContent);
$("title").textContent = data.title;
for (const [name, text] of data.summary) $("summary").append(el("dt", {}, name), el("dd", {}, text));

const board = new Board({
  now: () => data.end,
  isLive: false,
  open: (lane) => {
    $("exchanges").replaceChildren(...lane.requests.map((request) => exchangeOf(request, lane.began)));
  },
});
for (const lane of data.lanes) board.lane(lane);
for (const request of data.requests) board.request(request);
board.draw();
