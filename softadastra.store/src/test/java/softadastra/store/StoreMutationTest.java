package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.store.AlteredClasses.dropCalls;
import static softadastra.store.AlteredClasses.file;
import static softadastra.store.AlteredClasses.instead;
import static softadastra.store.AlteredClasses.redirectCalls;
import static softadastra.store.AlteredClasses.store;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.store.AlteredClasses.Alteration;

/** The model test is worth something: it finds each of these bugs, and none in the store without them. */
class StoreMutationTest {

    private static final int MAX_SEEDS = 1_000;
    private static final String SUBMIT = "submit(Lsoftadastra/wal/spi/WalBatch;)J";

    /** What may be wrong with a store. The code of the product is changed when it is loaded; its source knows nothing of it. */
    enum Bug {
        APPLIES_BEFORE_THE_LOG_IS_DURABLE(redirect("Commits", "added", "addedThrough", "visibleAtOnce")),
        ANSWERS_BEFORE_THE_LOG_IS_DURABLE(dropCalls(store("Commits"), "settled", "settle")),
        ANSWERS_FUTURES_BEFORE_THE_LOG_IS_DURABLE(dropCalls(store("AsyncWrites"), "complete", "awaitVisible")),
        APPLIES_HALF_A_BATCH(redirect("Plan", "addTo", "add", "everyOther")),
        LOGS_A_BATCH_IN_PARTS(redirect("Commits", SUBMIT, "submit", "submitParts")),
        FORGETS_TOMBSTONES_BEHIND_A_CHECKPOINT(redirect("Replay", "apply", "apply", "forgetsTombstones")),
        RESETS_VERSIONS_AT_RECOVERY(redirect("Replay", "apply", "version", "firstVersion")),
        REPLAYS_FROM_TOO_LATE(redirect("Replay", "run", "read", "readsBehind")),
        LEAVES_A_GAP_IN_A_WATCH(redirect("Watcher", "readLog", "read", "readsBehind")),
        JUDGES_CONDITIONS_BY_WHAT_IS_VISIBLE(
                redirect("Commits", "putIf", "find", "find"),
                redirect("Commits", "putIf", "newest", "newestVisible"),
                redirect("Commits", "removeIf", "find", "find"),
                redirect("Commits", "removeIf", "newest", "newestVisible")),
        PUBLISHES_A_CHECKPOINT_OF_WHAT_THE_LOG_MAY_LOSE(
                redirect("Checkpointer", "run", "awaitVisible", "showAll"),
                dropCalls(file("FileCheckpointWriter"), "publish", "awaitDurable")),
        LOSES_RECORDS_THAT_ARE_CARRIED_ON(dropCalls(store("Checkpointer"), "write", "run")),
        SHOWS_SNAPSHOTS_WHAT_CAME_LATER(instead(store("Versions"), "at", PlantedBugs.class, "newest")),
        PRUNES_WHAT_SNAPSHOTS_SEE(instead(store("Views"), "sees", PlantedBugs.class, "noneSees")),
        COUNTS_FOR_OTHERS_WHAT_THE_LOG_HAS_ALONE(
                instead(store("History"), "isBefore", PlantedBugs.class, "neverBefore")),
        FLUSHES_NOTHING(dropCalls(store("Commits"), "flush", "flush")),
        GOES_ON_AFTER_A_FAILURE(dropCalls(store("Commits"), "requireWritable", "refuseWrites"));

        @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
        private final Alteration[] alterations;

        Bug(Alteration... alterations) {
            this.alterations = alterations;
        }
    }

    private static Alteration redirect(String type, String method, String called, String other) {
        return redirectCalls(store(type), method, called, PlantedBugs.class, other);
    }

    @ParameterizedTest
    @EnumSource
    void everyPlantedBugIsFound(Bug bug) {
        BiFunction<String, Map<String, Long>, String> runner = ModelControl.runner(bug.alterations);
        String failure = "";
        int seed = 0;
        while (failure.isEmpty() && seed < MAX_SEEDS) {
            failure = runner.apply("seed:" + ++seed, new TreeMap<>());
        }
        assertTrue(!failure.isEmpty(), () -> bug + " was not found by " + MAX_SEEDS + " seeds");
        // What is found then is that the bug could not be planted.
        assertFalse(failure.contains(AlteredClasses.NOTHING_TO_ALTER), failure);
        System.out.println("Planted bug found: " + bug + ", by seed " + seed + ": "
                + failure.lines().findFirst().orElse(""));
    }
}
