// Sends the answers to the researcher's address, where there is one, and tries again for a while where it fails.
const TRIES = 6, FIRST_WAIT = 1000, PATIENCE = 20000;
const sending = document.getElementById("sending"), again = document.getElementById("again");

async function sendOnce() {
  // text/plain is what a browser sends to another site without asking it beforehand, which few simple servers answer
  const reply = await fetch(study.post, {
    method: "POST", body: answersJson(), headers: { "Content-Type": "text/plain;charset=UTF-8" },
    signal: AbortSignal.timeout(PATIENCE), credentials: "omit", referrerPolicy: "no-referrer",
  });
  if (!reply.ok) throw new Error(`the server said ${reply.status}`);
}

async function send() {
  again.hidden = true;
  for (let attempt = 0; !rater.sent && attempt < TRIES; attempt += 1) {
    sending.textContent = attempt ? say("sending_again", { number: attempt + 1, of: TRIES }) : say("sending");
    try {
      await sendOnce();
      rater.sent = true;
      keep();
    } catch {
      if (attempt < TRIES - 1) await new Promise((go) => { setTimeout(go, FIRST_WAIT * 2 ** attempt); });
    }
  }
  sending.textContent = say(rater.sent ? "sent" : "unsent");
  again.hidden = rater.sent;
}

again.addEventListener("click", send);
