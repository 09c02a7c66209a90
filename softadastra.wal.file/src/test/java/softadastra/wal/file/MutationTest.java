package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.wal.file.AlteredClasses.dropCall;
import static softadastra.wal.file.AlteredClasses.dropCalls;
import static softadastra.wal.file.AlteredClasses.instead;
import static softadastra.wal.file.AlteredClasses.redirectCalls;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.wal.file.AlteredClasses.Alteration;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.tck.fault.CrashExplorer;
import softadastra.wal.tck.fault.CrashScript;
import softadastra.wal.tck.fault.CrashStates;

/** The crash explorer is worth something: it finds each of these bugs, and none in the log without them. */
class MutationTest {

    private static final int MAX_SCRIPTS = 400;
    private static final int TORN_SPARE_STATES = 64;
    private static final List<Integer> STATES_PER_OPERATION = List.of(4, 24);
    private static final String SUBMIT_BATCH = "submit(Lsoftadastra/wal/spi/WalBatch;I)J";

    /** What may be wrong with a log. The code of the product is changed when it is loaded; its source knows nothing of it. */
    enum Bug {
        ACKNOWLEDGES_BEFORE_THE_FORCE(dropCalls("GroupWriter", "lead", "force")),
        FORCES_NO_DIRECTORY(dropCalls("Segments", "createSpareOf", "forceDirectory")),
        FORCES_NO_SPARE(dropCalls("Segments", "createSpareOf", "force")),
        FORCES_NO_SEGMENT_HEADER(dropCalls("Segments", "start", "force")),
        ENDS_A_SEGMENT_UNFORCED(dropCalls("GroupWriter", "rotate", "force")),
        CHECKS_NO_FRAME_HEADER(instead("HeaderCrc", "of", "sameForAll")),
        CHECKS_NO_BODY(
                redirectCalls("GroupBuffer", "finish", "getValue", "sameForAll"),
                redirectCalls("FrameCursor", "examineBody", "getValue", "sameForAll")),
        APPENDS_BEHIND_A_TORN_TAIL(redirectCalls("Recovery", "makeWhole", "tornBytes", "nothingTorn")),
        REWRITES_NOTHING_UNPROVEN(dropCalls("Recovery", "makeWhole", "rewriteUnproven")),
        FORCES_NOTHING_REWRITTEN(dropCalls("Recovery", "rewriteUnproven", "force")),
        TAKES_A_TORN_HEADER_FOR_DAMAGE(instead("SegmentHeader", "isCutShort", "neverCutShort")),
        CLAIMS_MORE_THAN_IS_DURABLE(instead("Frame", "lag", "claimsAll")),
        SEALS_BEFORE_THE_FORCE(
                dropCall("GroupCommit", "finish", "lead", 1),
                redirectCalls("GroupCommit", "finish", "addSeal", "sealAll")),
        SPLITS_BATCHES(instead("GroupCommit", SUBMIT_BATCH, "submitParts")),
        IS_READY_BEFORE_ITS_FIRST_SEGMENT(redirectCalls("Recovery", "run", "write", "writeReady")),
        TRIES_A_FAILED_FORCE_AGAIN(redirectCalls("GroupWriter", "lead", "force", "forceAgain")),
        RENAMES_A_CHECKPOINT_UNFORCED(dropCalls("FileCheckpointWriter", "publish", "force")),
        DELETES_HISTORY_BEFORE_THE_CHECKPOINT_IS_DURABLE(dropCalls("Checkpoints", "publish", "forceDirectory")),
        PUBLISHES_WHAT_THE_LOG_MAY_LOSE(dropCalls("FileCheckpointWriter", "publish", "awaitDurable")),
        DELETES_LEFTOVERS_BEFORE_THE_CHECKPOINT_IS_DURABLE(
                dropCall("Recovery", "removeLeftovers", "forceDirectory", 1)),
        LETS_GO_WHAT_A_CHECKPOINT_NEEDS(redirectCalls("LogHistory", "letGo", "beginSequence", "behindTheEnd")),
        TRUSTS_ANY_SPARE(redirectCalls("Recovery", "makeWhole", "resume", "resumeWithSpare"));

        @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
        private final Alteration[] alterations;

        Bug(Alteration... alterations) {
            this.alterations = alterations;
        }
    }

    private static CrashExplorer explorer(CrashStates states, Alteration... alterations) {
        return ControlledProvider.explorer(alterations)
                .withStatesPerOperation(24)
                .withStates(states)
                .withShrinking(false);
    }

    /** Few crashes of each script first: rare bugs need many scripts. */
    private static Optional<AssertionError> firstFailure(CrashExplorer explorer) throws InterruptedException {
        for (int states : STATES_PER_OPERATION) {
            AtomicInteger left = new AtomicInteger(MAX_SCRIPTS);
            try {
                var unused =
                        explorer.withStatesPerOperation(states).exploreScripts(1, () -> left.getAndDecrement() > 0);
            } catch (AssertionError e) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }

    @ParameterizedTest
    @EnumSource
    void everyPlantedBugIsFound(Bug bug) throws Exception {
        CrashStates states = new CrashStates();
        Optional<AssertionError> failure = firstFailure(explorer(states, bug.alterations));
        assertTrue(failure.isPresent(), () -> bug + " was not found in " + states.distinct() + " states");
        System.out.println("Planted bug found: " + bug + ", after " + states.distinct() + " states: "
                + String.valueOf(failure.get().getMessage()).lines().findFirst().orElse(""));
    }

    /** That nothing else of the altered classes fails. */
    @Test
    void withoutABugThereIsNothingToFind() throws Exception {
        CrashExplorer explorer = explorer(new CrashStates());
        for (int seed = 1; seed <= 20; seed++) {
            CrashExplorer.Report report = explorer.explore(CrashScript.random(seed));
            assertTrue(report.states() >= report.distinct(), report::toString);
        }
    }

    /** So rare that its script is kept. */
    @Test
    void aTornSpareThatIsNotReplacedIsFoundByItsScript() {
        CrashExplorer explorer = ControlledProvider.explorer(
                        WalConfig.MIN_SEGMENT_BYTES, dropCalls("Recovery", "makeWhole", "replaceTornSpare"))
                .withStatesPerOperation(TORN_SPARE_STATES)
                .withShrinking(false);
        assertThrows(AssertionError.class, () -> explorer.explore(CrashScript.parse(FileCrashTest.TORN_SPARE)));
    }

    @Test
    void aBugIsShrunkToTheLeastThatShowsIt() throws Exception {
        CrashExplorer explorer = ControlledProvider.explorer(Bug.ACKNOWLEDGES_BEFORE_THE_FORCE.alterations);
        CrashScript script = CrashScript.parse("seed:3 open:lazy append:2x300 idle close open append:3x900 await "
                + "append:1x4000 append:1x20 await idle append:2x700 close open append:1x3 close");
        String message = "";
        try {
            var unused = explorer.explore(script);
        } catch (AssertionError e) {
            message = String.valueOf(e.getMessage());
        }
        List<String> scripts =
                message.lines().filter(line -> line.startsWith("script: ")).toList();
        assertEquals(1, scripts.size(), message);
        assertTrue(
                CrashScript.parse(scripts.get(0).substring("script: ".length()))
                                .steps()
                                .size()
                        <= 3,
                message);
    }
}
