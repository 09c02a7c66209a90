package softadastra.wal.file;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import softadastra.wal.file.AlteredClasses.Alteration;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.tck.fault.CrashExplorer;
import softadastra.wal.tck.fault.ProviderControl;

/** Explorers of the file log that find it doing the same each time: no thread of its own, and nothing random. */
final class ControlledProvider {

    /** Less than a log takes otherwise: segments are ended and started more often, and there are fewer zeros to go over. */
    private static final long SEGMENT_BYTES = 16 << 10;

    private static final List<Alteration> CONTROL = List.of(
            AlteredClasses.instead("Housekeeper", "start", "noThread"),
            AlteredClasses.redirectCalls("FileWalProvider", "judged", "segmentBytes", "legalBytes"),
            AlteredClasses.redirectCalls("Recovery", "run", "randomUUID", "seededUuid"),
            AlteredClasses.makeInstead("Recovery", SecureRandom.class, SeededRandom.class),
            AlteredClasses.makeInstead("Segments", SecureRandom.class, SeededRandom.class),
            AlteredClasses.makeInstead("FileCheckpointWriter", SecureRandom.class, SeededRandom.class));

    private ControlledProvider() {}

    /** The provider without its thread and its randomness. */
    static WalProvider provider() {
        return new AlteredClasses(CONTROL).provider();
    }

    /** An explorer of very small segments, with a clock that stands still. */
    static CrashExplorer explorer(Alteration... bugs) {
        return explorer(SEGMENT_BYTES, bugs);
    }

    /** An explorer of segments of a size. */
    static CrashExplorer explorer(long segmentBytes, Alteration... bugs) {
        List<Alteration> all = new ArrayList<>(CONTROL);
        all.addAll(Arrays.asList(bugs));
        AlteredClasses classes = new AlteredClasses(all);
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
        return CrashExplorer.of(classes.provider())
                .withControl(classes.make(ProviderControl.class, Handwork.class))
                .withConfiguration(config -> config.withSegmentBytes(segmentBytes)
                        .withNodeId("crashing")
                        .withClock(clock));
    }
}
