import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { backoffDelay, defaultBackoff } from "../src/signaling/backoff";
import { advance, judgeClose } from "../src/signaling/lifecycle";
import type { Lifecycle, LifecycleAction, LifecycleEvent } from "../src/signaling/lifecycle";

function run(events: readonly LifecycleEvent[], online = true): { state: Lifecycle; actions: LifecycleAction[] } {
  let state: Lifecycle = { name: "idle" };
  const actions: LifecycleAction[] = [];
  for (const event of events) {
    const step = advance(state, event, { policy: defaultBackoff, random: () => 1, isOnline: () => online });
    state = step.state;
    actions.push(...step.actions);
  }
  return { state, actions };
}

const opened: readonly LifecycleEvent[] = [{ name: "start" }, { name: "opened" }, { name: "accepted" }];
const lost: LifecycleEvent = { name: "lost", code: 1006, detail: "" };

describe("the connection's life", () => {
  test("goes from start over hello to open", () => {
    assert.deepEqual(run(opened), { state: { name: "open" }, actions: ["connect", "greet"] });
  });

  test("waits after a loss, tries again when the time is over, and starts counting anew once open", () => {
    const once = run([...opened, lost]);
    assert.deepEqual(once.state, { name: "waiting", attempt: 1, cause: "lost", delay: 500 });
    const thrice = run([...opened, lost, { name: "timer" }, lost, { name: "timer" }, lost]);
    assert.deepEqual(thrice.state, { name: "waiting", attempt: 3, cause: "lost", delay: 2000 });
    const recovered = run([...opened, lost, { name: "timer" }, { name: "opened" }, { name: "accepted" }, lost]);
    assert.deepEqual(recovered.state, { name: "waiting", attempt: 1, cause: "lost", delay: 500 });
  });

  test("runs no timer while offline", () => {
    assert.deepEqual(run([...opened, lost], false).actions, ["connect", "greet"]);
  });

  test("does not wait when the network is back or the user is in a hurry", () => {
    const online = run([...opened, lost, { name: "online" }]);
    assert.deepEqual(online.state, { name: "connecting", attempt: 0 });
    assert.deepEqual(online.actions.slice(-2), ["cancel-timer", "connect"]);
    assert.deepEqual(run([...opened, lost, { name: "retry" }]).state, { name: "connecting", attempt: 1 });
  });

  test("asks whether the server is still there when the network changes under an open connection", () => {
    assert.deepEqual(run([...opened, { name: "offline" }]).actions.slice(-1), ["probe"]);
    assert.deepEqual(run([...opened, { name: "online" }]).actions.slice(-1), ["probe"]);
  });

  test("ignores what comes too late", () => {
    const ended = run([...opened, { name: "stop" }, lost, { name: "timer" }, { name: "opened" }, { name: "accepted" }]);
    assert.equal(ended.state.name, "ended");
    assert.deepEqual(ended.actions, ["connect", "greet", "cancel-timer", "close"]);
  });

  test("tells the close codes apart", () => {
    assert.deepEqual(judgeClose(1000, ""), { final: "finished" });
    assert.deepEqual(judgeClose(4001, "replaced"), { final: "replaced" });
    assert.deepEqual(judgeClose(4003, "signed out"), { final: "unauthenticated" });
    assert.deepEqual(judgeClose(1008, "too many protocol errors"), { final: "rejected" });
    assert.deepEqual(judgeClose(1008, "hello timeout"), { wait: "lost" });
    assert.deepEqual(judgeClose(1008, "slow reader"), { wait: "lost" });
    assert.deepEqual(judgeClose(1009, ""), { final: "rejected" });
    assert.deepEqual(judgeClose(1013, "server full"), { wait: "full" });
    for (const code of [1001, 1005, 1006, 1011, 1012]) assert.deepEqual(judgeClose(code, ""), { wait: "lost" });
  });
});

describe("backoff", () => {
  test("doubles up to its limit and never overflows", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 500].map((attempt) => backoffDelay(defaultBackoff, attempt, false, 1));
    assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  });

  test("spreads clients between half and the whole of a step", () => {
    assert.equal(backoffDelay(defaultBackoff, 3, false, 0), 1000);
    assert.equal(backoffDelay(defaultBackoff, 3, false, 0.5), 1500);
  });

  test("gives a full server its time", () => {
    for (const random of [0, 0.3, 1]) {
      assert.ok(backoffDelay(defaultBackoff, 1, true, random) >= defaultBackoff.whenFull);
    }
  });
});
