// Calls to the server's queues, whose answers all come over one connection: a browser opens few to one host.

const session = crypto.getRandomValues(new Uint32Array(3)).join("");
const waiting = new Map();
const early = new Map();
let numbers = null;
let stream = null;

/** The answer of a queue to a message; an Error with the server's sentence where it has none. */
export async function call(name, message) {
  numbers ??= fetch("/config").then((response) => response.json()).then(
    ({ dependencies }) => new Map(dependencies.map((one) => [one.api_name, one.id])),
  );
  const body = JSON.stringify({ data: [message], fn_index: (await numbers).get(name), session_hash: session });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/gradio_api/queue/join", { method: "POST", headers, body });
  if (!response.ok) throw new Error(`the server refused: ${response.status} ${(await response.text()).slice(0, 200)}`);
  const { event_id: id } = await response.json();
  const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  if (early.has(id)) settle(early.get(id));
  listen();
  return answer;
}

function listen() {
  if (stream || !waiting.size) return;
  stream = new EventSource(`/gradio_api/queue/data?session_hash=${session}`);
  stream.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.msg === "process_completed") settle(message);
    if (message.msg === "close_stream") close();
  };
  stream.onerror = () => {
    for (const { reject } of waiting.values()) reject(new Error("the server does not answer; is it still running?"));
    waiting.clear();
    close();
  };
}

function close() {
  stream?.close();
  stream = null;
  listen();
}

function settle(message) {
  const caller = waiting.get(message.event_id);
  if (!caller) {
    early.set(message.event_id, message);
    return;
  }
  early.delete(message.event_id);
  waiting.delete(message.event_id);
  if (message.success) caller.resolve(message.output.data[0]);
  else caller.reject(new Error(message.output.error ?? "the server failed; its terminal says how"));
}
