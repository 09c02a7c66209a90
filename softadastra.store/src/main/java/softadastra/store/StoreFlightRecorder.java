package softadastra.store;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import softadastra.core.SoftadastraException;

/**
 * The events of the Java Flight Recorder. Before somebody records for the first time nothing of it is made ready, which would
 * take longer than opening a store; then each event that nobody wants costs one test of a flag.
 */
@SuppressWarnings("UnusedVariable") // The flight recorder reads the fields.
final class StoreFlightRecorder extends StoreEvents {

    static {
        if (FlightRecorder.isInitialized()) {
            recordStatistics();
        } else {
            FlightRecorder.addListener(new FlightRecorderListener() {
                @Override
                public void recorderInitialized(FlightRecorder recorder) {
                    recordStatistics();
                }
            });
        }
    }

    private static void recordStatistics() {
        FlightRecorder.addPeriodicEvent(
                Statistics.class, () -> OpenStores.all().forEach(StoreFlightRecorder::recordStatistics));
    }

    // Not a method of the event, whose class the recorder rewrites without knowing ours.
    private static void recordStatistics(StoreEngine store) {
        try {
            new Statistics(store.location(), store.stats()).commit();
        } catch (SoftadastraException e) {
            // It was closed just now.
            OpenStores.remove(store);
        }
    }

    /** The events, if somebody has ever recorded. */
    static StoreEvents inUse(StoreEvents none) {
        return FlightRecorder.isInitialized() ? Ready.EVENTS : none;
    }

    /** Made when it is first needed. */
    private static final class Ready {
        static final StoreEvents EVENTS = new StoreFlightRecorder();
    }

    private final EventType commits = EventType.getEventType(SlowCommit.class);
    private final EventType checkpoints = EventType.getEventType(Checkpoint.class);

    @Category({"Softadastra", "Store"})
    @StackTrace(false)
    private abstract static class StoreEvent extends Event {
        @Label("Store")
        String store = "";
    }

    @Name("softadastra.store.SlowCommit")
    @Label("Slow Commit")
    @Description("A write took longer than the threshold, from the call to its answer")
    @Threshold("20 ms")
    @StackTrace
    private static final class SlowCommit extends StoreEvent implements Span {
        @Label("Applied Sequence")
        long sequence;

        @Override
        public void end(long visible, long count, long bytes) {
            sequence = visible;
            commit();
        }
    }

    @Name("softadastra.store.Checkpoint")
    @Label("Checkpoint Written")
    private static final class Checkpoint extends StoreEvent implements Span {
        @Label("Sequence")
        long sequence;

        @Label("Entries")
        long entries;

        @Label("Bytes")
        @DataAmount
        long bytes;

        @Override
        public void end(long endedSequence, long endedEntries, long endedBytes) {
            sequence = endedSequence;
            entries = endedEntries;
            bytes = endedBytes;
            commit();
        }
    }

    @Name("softadastra.store.Recovery")
    @Label("Recovery")
    private static final class Recovered extends StoreEvent {
        @Label("Entries")
        long entries;

        @Label("Operations")
        long operations;

        @Label("Skipped Records")
        long skipped;

        @Label("Checkpoint Sequence")
        long checkpointSequence;

        @Label("Last Sequence")
        long lastSequence;

        @Label("Replay Time")
        @Timespan
        long nanos;
    }

    @Name("softadastra.store.Statistics")
    @Label("Store Statistics")
    @Period("10 s")
    private static final class Statistics extends StoreEvent {
        @Label("Entries")
        long entries;

        @Label("Live Bytes")
        @DataAmount
        long liveBytes;

        @Label("Total Bytes")
        @DataAmount
        long totalBytes;

        @Label("Last Sequence")
        long lastSequence;

        @Label("Durable Sequence")
        long durableSequence;

        @Label("Applied Sequence")
        long appliedSequence;

        @Label("Checkpoint Sequence")
        long checkpointSequence;

        @Label("Snapshots")
        long snapshots;

        @Label("Watches")
        long watches;

        Statistics(String store, StoreStats now) {
            this.store = store;
            entries = now.entries();
            liveBytes = now.liveBytes();
            totalBytes = now.totalBytes();
            lastSequence = now.lastSequence();
            durableSequence = now.durableSequence();
            appliedSequence = now.appliedSequence();
            checkpointSequence = now.checkpointSequence();
            snapshots = now.snapshots();
            watches = now.watches();
        }
    }

    @Override
    boolean wantsCommits() {
        return commits.isEnabled();
    }

    @Override
    Span commit(String store) {
        if (!commits.isEnabled()) {
            return Span.NONE;
        }
        SlowCommit event = new SlowCommit();
        event.store = store;
        event.begin();
        return event;
    }

    @Override
    Span checkpoint(String store) {
        if (!checkpoints.isEnabled()) {
            return Span.NONE;
        }
        Checkpoint event = new Checkpoint();
        event.store = store;
        event.begin();
        return event;
    }

    @Override
    void recovered(String store, StoreRecovery report) {
        Recovered event = new Recovered();
        event.store = store;
        event.entries = report.entries();
        event.operations = report.operations();
        event.skipped = report.skipped();
        event.checkpointSequence = report.checkpointSequence();
        event.lastSequence = report.lastSequence();
        event.nanos = report.duration().toNanos();
        event.commit();
    }
}
