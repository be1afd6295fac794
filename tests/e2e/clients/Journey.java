// What a program of a body does with the Java client that openapi-generator makes of tasks' OpenAPI document.
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.OrganisationsApi;
import org.openapitools.client.api.ProgressApi;
import org.openapitools.client.api.TasksApi;
import org.openapitools.client.model.*;

public class Journey {
    static final String NAME = "java-generator";

    static ApiClient connect(String token) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("ADDRESS"));
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        return client;
    }

    static void equal(Object seen, Object expected, String what) {
        if (!expected.equals(seen)) throw new IllegalStateException(what + ": " + seen + ", not " + expected);
    }

    static TaskProposal proposal(int number) throws Exception {
        String text = """
            {"programme": "%s", "title": "Nhiệm vụ %d", "source": "%s", "external_id": "NV-%d", "assigned_by": "central",
             "assigning_organisation": "P57", "lead_organisation": "G06", "product": "Cơ sở dữ liệu vận hành",
             "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
             "authority": "Quyết định trong phạm vi được giao", "deadline": "%s", "assign": true}
            """.formatted(NAME, number, NAME, number, System.getenv("DEADLINE"));
        return ApiClient.createDefaultObjectMapper().readValue(text, TaskProposal.class);
    }

    public static void main(String[] words) throws Exception {
        ApiClient owner = connect(System.getenv("OWNER")), lead = connect(System.getenv("LEAD"));
        TasksApi tasks = new TasksApi(owner);
        ProgrammeEntry entry = new ProgrammeEntry().slug(NAME).nameVi("Chương trình").nameEn("Programme");
        new OrganisationsApi(owner).registerProgramme(entry.resolution("57-NQ/TW").owner("P57"), null, null);

        List<UUID> created = new ArrayList<>();
        for (int n = 1; n <= 3; n++) created.add(tasks.putTask(proposal(n), NAME + "-" + n, null).getTaskId());
        var again = tasks.putTaskWithHttpInfo(proposal(1), NAME + "-1", null);
        equal(again.getData().getTaskId(), created.get(0), "the task of a repeated key");
        equal(again.getHeaders().get("idempotency-replayed"), List.of("true"), "Idempotency-Replayed");

        List<BulkProgressItem> items = new ArrayList<>();
        for (int n = 1; n <= 3; n++)
            items.add(new BulkProgressItem().source(NAME).externalId("NV-" + n).percent(10 * n).text("Đã khởi động"));
        equal(new ProgressApi(lead).reportProgressInBulk(items, null, null, null).getReported(), 3, "reported");

        List<UUID> seen = new ArrayList<>();
        String cursor = null;
        do {
            var page = tasks.listTasks(
                TasksApi.APIListTasksRequest.newBuilder().programme(NAME).cursor(cursor).limit(2).build());
            page.getItems().forEach(item -> seen.add(item.getTaskId()));
            cursor = page.getNext();
        } while (cursor != null);
        equal(new HashSet<>(seen), new HashSet<>(created), "the tasks of all pages");

        UUID first = created.get(0);
        String version = tasks.getTaskWithHttpInfo(first, null).getHeaders().get("etag").get(0);
        PatchTaskRequest change = new PatchTaskRequest().title("Nhiệm vụ đã sửa");
        equal(tasks.patchTask(first, change, null, version).getTitle(), "Nhiệm vụ đã sửa", "the title");
        try {
            tasks.patchTask(first, change, null, version);
            throw new IllegalStateException("a stale version was taken");
        } catch (ApiException refused) {
            equal(refused.getCode(), 412, "the answer to a stale version");
        }
    }
}
