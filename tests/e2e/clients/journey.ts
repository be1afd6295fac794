// What a program of a body does, written against the types that openapi-typescript makes of tasks' OpenAPI document.
import createClient from "openapi-fetch";
import type { components, paths } from "./tasks.js";

declare const process: { env: Record<string, string> };
type Proposal = components["schemas"]["TaskProposal"];

const connect = (token: string) =>
  createClient<paths>({ baseUrl: process.env.ADDRESS, headers: { Authorization: `Bearer ${token}` } });
const owner = connect(process.env.OWNER);
const lead = connect(process.env.LEAD);

function must<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function equal(seen: unknown, expected: unknown, what: string): void {
  if (seen !== expected) throw new Error(`${what}: ${seen}, not ${expected}`);
}

const proposal = (number: number): Proposal => ({
  programme: "made-clients",
  title: `Nhiệm vụ ${number}`,
  source: "made-clients",
  external_id: `NV-${number}`,
  assigned_by: "central",
  assigning_organisation: "P57",
  lead_organisation: "G06",
  responsible_position: { title: "Cục trưởng", organisation: "G06" },
  product: "Cơ sở dữ liệu vận hành",
  authority: "Quyết định trong phạm vi được giao",
  deadline: process.env.DEADLINE,
  assign: true,
});

must(await owner.POST("/api/tasks/v1/programmes", {
  body: { slug: "made-clients", name_vi: "Chương trình", name_en: "Programme", resolution: "57-NQ/TW", owner: "P57" },
}));

// Create, each with a key: a retry of the first makes no second task.
const key = { "Idempotency-Key": `made-clients-${Date.now()}` };
const created: string[] = [];
for (const number of [1, 2, 3]) {
  const made = await owner.POST("/api/tasks/v1/tasks", {
    body: proposal(number),
    params: number === 1 ? { header: key } : undefined,
  });
  created.push(must(made).task_id);
}
const again = await owner.POST("/api/tasks/v1/tasks", { body: proposal(1), params: { header: key } });
equal(must(again).task_id, created[0], "the task of a repeated key");
equal(again.response.headers.get("Idempotency-Replayed"), "true", "Idempotency-Replayed");

// Report in bulk: typed items in an array.
const items = [1, 2, 3].map((number) => ({ source: "made-clients", external_id: `NV-${number}`, percent: 10 * number, text: "Đã khởi động" }));
const reported = must(await lead.POST("/api/tasks/v1/progress/bulk", { body: items }));
equal(reported.reported, 3, "reported");

// Page.
const seen: string[] = [];
let cursor: string | null | undefined = undefined;
do {
  const page: components["schemas"]["Page_TaskSummary_"] = must(
    await owner.GET("/api/tasks/v1/tasks", { params: { query: { programme: "made-clients", limit: 2, cursor } } }),
  );
  seen.push(...page.items.map((item) => item.task_id));
  cursor = page.next;
} while (cursor);
equal([...seen].sort().join(), [...created].sort().join(), "the tasks of all pages");

// Change what was read, and nothing else: If-Match.
const path = { task_id: created[0] };
const read = await owner.GET("/api/tasks/v1/tasks/{task_id}", { params: { path } });
const version = read.response.headers.get("ETag") ?? "";
const change = (title: string) =>
  owner.PATCH("/api/tasks/v1/tasks/{task_id}", {
    params: { path, header: { "If-Match": version } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body: { title },
  });
equal(must(await change("Nhiệm vụ đã sửa")).title, "Nhiệm vụ đã sửa", "the title");
const stale = await change("Nhiệm vụ sửa sau");
equal(stale.response.status, 412, "the answer to a stale version");
equal(stale.error?.code, "stale-version", "its code");
