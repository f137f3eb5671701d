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
    sending.textContent = attempt ? `Sending your answers failed; trying again (${attempt + 1} of ${TRIES}) …` : "Sending your answers …";
    try {
      await sendOnce();
      rater.sent = true;
      keep();
    } catch {
      if (attempt < TRIES - 1) await new Promise((go) => { setTimeout(go, FIRST_WAIT * 2 ** attempt); });
    }
  }
  sending.textContent = rater.sent
    ? "Your answers have been sent."
    : "Your answers could not be sent. Please download them here and give them to the researcher, or try again.";
  again.hidden = rater.sent;
}

again.addEventListener("click", send);
