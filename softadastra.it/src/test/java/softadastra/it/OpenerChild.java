package softadastra.it;

import java.io.IOException;
import softadastra.core.Result;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** Opens the store at a path, says how that went, and holds it until its input ends. */
final class OpenerChild {
    private OpenerChild() {}

    public static void main(String[] args) throws IOException {
        Result<StoreEngine> opened = StoreEngine.open(StoreConfig.durable(args[0]));
        if (opened.isErr()) {
            System.out.println(opened.error().code() + " " + opened.error().message());
            return;
        }
        try (StoreEngine store = opened.value()) {
            System.out.println("open at sequence " + store.lastRecoveredSequence());
            System.in.transferTo(System.out);
        }
    }
}
