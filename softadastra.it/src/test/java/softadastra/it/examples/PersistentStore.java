package softadastra.it.examples;

import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;
import softadastra.store.PutResult;

/** A client whose data survives: one put, one get, and how much is waiting to be synced. */
public final class PersistentStore {

    private PersistentStore() {}

    public static void main(String[] args) {
        ClientOptions options = ClientOptions.local("sdk-persistent-store")
                .withWal(true)
                .withWalPath("data/sdk-persistent-store.wal")
                .withAutoFlush(true)
                .withTransport(false)
                .withDiscovery(false);

        try (Client client = new Client(options)) {
            Result<Unit> opened = client.open();
            if (opened.isErr()) {
                System.err.println(opened.error().display());
                return;
            }

            // When put answers ok, the value is on stable storage: persisted, which is not yet synced.
            Result<PutResult> put = client.put("settings/theme", "dark");
            if (put.isErr()) {
                System.err.println(put.error().display());
                return;
            }

            System.out.println("key          : settings/theme");
            System.out.println("value        : "
                    + client.get("settings/theme").orElseThrow().asString());
            System.out.println("wal path     : " + options.walPath());
            System.out.println("store size   : " + client.size());
            System.out.println(
                    "outbox size  : " + client.syncState().orElseThrow().outboxSize());
        }
    }
}
