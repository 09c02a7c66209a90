package softadastra.it.examples;

import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;

/** A persistent client in one line of configuration. */
public final class PersistentApp {

    private PersistentApp() {}

    public static void main(String[] args) {
        ClientOptions options = ClientOptions.persistent("node-persistent", "data/node-persistent.wal");

        try (Client client = new Client(options)) {
            client.open().orElseThrow();
            client.put("settings/theme", "dark").orElseThrow();

            System.out.println("persistent write");
            System.out.println(" key : settings/theme");
            System.out.println(
                    " value : " + client.get("settings/theme").orElseThrow().asString());
            System.out.println(" wal path : " + options.walPath());
            System.out.println(" size : " + client.size());
        }
    }
}
