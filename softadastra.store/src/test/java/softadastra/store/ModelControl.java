package softadastra.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import softadastra.store.AlteredClasses.Alteration;

/** The store and the file log without threads and without chance, for the model test. */
final class ModelControl {

    /** So that watches lag in scripts of some dozen steps. */
    private static final int BEHIND = 9;

    private static final List<Alteration> CONTROL = List.of(
            AlteredClasses.redirectCalls(
                    AlteredClasses.store("Loader"), "start", "start", HeldThreads.class, "holdLoader"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.store("AsyncWrites"), "start", "start", HeldThreads.class, "holdAsync"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.store("AsyncWrites"), "take", "awaitUninterruptibly", HeldThreads.class, "waits"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.store("AutomaticCheckpoints"),
                    "request",
                    "start",
                    HeldThreads.class,
                    "holdCheckpoints"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.store("AutomaticCheckpoints"),
                    "awaitDue",
                    "awaitUninterruptibly",
                    HeldThreads.class,
                    "waits"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.store("Checkpointer"), "run", "awaitAdded", HeldThreads.class, "awaitAdded"),
            AlteredClasses.instead(AlteredClasses.store("Watcher"), "start", HeldThreads.class, "holdWatcher"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.store("Watcher"), "awaitPublished", "park", HeldThreads.class, "waits"),
            AlteredClasses.changeConstant(AlteredClasses.store("Watcher"), "published", Watcher.MAX_BEHIND, BEHIND),
            AlteredClasses.instead(AlteredClasses.store("LeakGuard"), "log", HeldThreads.class, "noWarnings"),
            AlteredClasses.dropCalls(AlteredClasses.file("Housekeeper"), "start", "start"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.file("FileWalProvider"), "judged", "segmentBytes", SeededRandom.class, "legalBytes"),
            AlteredClasses.redirectCalls(
                    AlteredClasses.file("Recovery"), "run", "randomUUID", SeededRandom.class, "uuid"),
            AlteredClasses.makeInstead(
                    AlteredClasses.file("Recovery"), java.security.SecureRandom.class, SeededRandom.class),
            AlteredClasses.makeInstead(
                    AlteredClasses.file("Segments"), java.security.SecureRandom.class, SeededRandom.class),
            AlteredClasses.makeInstead(
                    AlteredClasses.file("FileCheckpointWriter"), java.security.SecureRandom.class, SeededRandom.class));

    private ModelControl() {}

    /** Runs scripts; with bugs planted. */
    @SuppressWarnings("unchecked") // what its class says it is
    static BiFunction<String, Map<String, Long>, String> runner(Alteration... bugs) {
        List<Alteration> all = new ArrayList<>(CONTROL);
        all.addAll(Arrays.asList(bugs));
        return new AlteredClasses(all).make(BiFunction.class, ModelSeeds.class.getName());
    }
}
