// Plays the cases of cases.json with the phone's own modules: what a phone alone would tell. `given` as test_twin.py prepares it.
async (given) => {
  const { judge, ruleOf, canUndo } = await import(`${given.modules}/judge.js`);
  const { readTicket, verifiers } = await import(`${given.modules}/ticket.js`);
  const keys = await verifiers(given.keys, { native: given.native });

  async function play(one) {
    const event = structuredClone(one.event);
    const states = new Map(Object.entries(one.states));
    const revoked = new Set(one.revoked);
    const moved = [];
    const verdicts = [];
    for (const step of one.steps) {
      if (step.do === "state") states.set(step.k, step.state);
      if (step.do === "reissue") revoked.add(step.k);
      if (step.do === "undo") {
        const mine = moved.findIndex((each) => each.nonce === step.nonce);
        const taken = mine >= 0 && canUndo(moved[mine].at, step.at) ? moved.splice(mine, 1) : [];
        verdicts.push(taken.length ? "annulled" : "refused");
        continue;
      }
      if (step.do !== "scan") {
        verdicts.push("done");
        continue;
      }
      const rule = ruleOf(one.rooms[step.room ?? ""] ?? one.rooms[""]);
      const room = one.rooms[step.room ?? ""] ? (step.room ?? "") : "";
      const read = step.by_name ? { ours: true, k: step.k, event: event.id } : await readTicket(step.code, keys);
      const who = one.people[read.k] ?? read.k;
      const unanswered = rule.asks.filter((key) => (one.lacks[who] ?? []).includes(key) && !step.answers?.[key]);
      const shown = { ours: read.ours, event: read.event, state: states.get(who), revoked: revoked.has(read.k), unanswered };
      const past = moved.filter((each) => each.who === who && each.room === room);
      const ruling = judge(shown, event, rule, past, step.at, step.direction);
      if (ruling.verdict === "accepted") moved.push({ who, room, direction: step.direction ?? "in", at: step.at, nonce: step.nonce, where: "Puerta A" });
      verdicts.push(ruling.verdict);
    }
    return verdicts;
  }

  const played = [];
  for (const one of given.cases) played.push(await play(one));
  return played;
};
