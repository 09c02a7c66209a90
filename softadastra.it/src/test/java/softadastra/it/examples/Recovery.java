package softadastra.it.examples;

import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;

/** A value that one run writes and the next one reads. */
public final class Recovery {

    private Recovery() {}

    public static void main(String[] args) {
        ClientOptions options = ClientOptions.persistent("node-recovery", "data/node-recovery.wal");

        try (Client client = new Client(options)) {
            client.open().orElseThrow();
            client.put("app/name", "Softadastra").orElseThrow();
            System.out.println("first run value written");
        }

        try (Client client = new Client(options)) {
            client.open().orElseThrow();
            System.out.println(
                    "recovered value: " + client.get("app/name").orElseThrow().asString());
        }
    }
}
