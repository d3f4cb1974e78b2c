// A worker made with npm's camunda-external-task-client-js: what it does follows the business key.
const { Client, Variables, BasicAuthInterceptor } = await import(process.env.CLIENT);

const client = new Client({
  baseUrl: process.env.BASE_URL,
  workerId: "javascript",
  maxTasks: 5,
  interval: 50,
  asyncResponseTimeout: 20000,
  interceptors: new BasicAuthInterceptor({ username: "town", password: process.env.TOKEN }),
});
const say = (what, more) => console.log(JSON.stringify({ what, ...more }));

client.on("poll:error", (error) => say("poll failed", { error: String(error) }));
for (const event of ["complete", "handleFailure", "handleBpmnError", "extendLock", "unlock"]) {
  client.on(`${event}:success`, (task) => say(event, { key: task.businessKey }));
  client.on(`${event}:error`, (task, error) => say(`${event} refused`, { error: String(error) }));
}

const unlocked = new Set();
client.subscribe("assess", { lockDuration: 20000 }, async ({ task, taskService }) => {
  const key = task.businessKey;
  if (key === "unlocks" && !unlocked.has(task.id)) {
    unlocked.add(task.id);
    await taskService.unlock(task);
  } else if (key === "fails" && task.retries === null) {
    await taskService.handleFailure(task, {
      errorMessage: "no network", errorDetails: "at line 1", retries: 1, retryTimeout: 0,
    });
  } else if (key === "errs") {
    await taskService.handleBpmnError(
      task, "unreadable", "no words", new Variables().set("reason", "blank"));
  } else {
    await taskService.extendLock(task, 60000);
    const seen = task.variables.getAll();
    const found = new Variables()
      .set("verdict", "minor")
      .set("score", 3)
      .set("ratio", 0.25)
      .set("urgent", true)
      .set("nothing", null)
      .set("seen_at", new Date("2026-12-23T09:30:00.000Z"))
      .set("facts", { shelves: [1, 2], report: seen.report, length: seen.length });
    await taskService.complete(task, found, new Variables().set("mark", "red"));
  }
});
say("subscribed");
