package notes;

import softadastra.core.Result;
import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;
import softadastra.store.Value;

/** Keeps one note, and tells the one it finds from the time before. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        try (Client client = new Client(ClientOptions.persistent("desk", args[0]))) {
            client.open().orElseThrow();
            Result<Value> before = client.get("note");
            System.out.println(before.isOk() ? "found: " + before.value().asString() : before.error().message());
            client.put("note", args[1]).orElseThrow();
            System.out.println("outbox: " + client.syncState().orElseThrow().outboxSize());
        }
    }
}
