package softadastra.wal.file;

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
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;

/**
 * The events of the Java Flight Recorder. Before somebody records for the first time nothing of it is made ready, which would
 * take longer than opening a log; then each event that nobody wants costs one test of a flag.
 */
@SuppressWarnings("UnusedVariable") // The flight recorder reads the fields.
final class FlightRecorderEvents extends LogEvents {

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
                Statistics.class,
                () -> OpenLogs.all().forEach(log -> {
                    new Statistics(log.storage().description(), log.stats()).commit();
                }));
    }

    /** The events, if somebody has ever recorded. */
    static LogEvents inUse(LogEvents none) {
        return FlightRecorder.isInitialized() ? Ready.EVENTS : none;
    }

    /** Made when it is first needed. */
    private static final class Ready {
        static final LogEvents EVENTS = new FlightRecorderEvents();
    }

    private final EventType commits = EventType.getEventType(Commit.class);
    private final EventType rotations = EventType.getEventType(Rotation.class);
    private final EventType checkpoints = EventType.getEventType(Checkpoint.class);

    @Category({"Softadastra", "WAL"})
    @StackTrace(false)
    private abstract static class LogEvent extends Event {
        @Label("Log")
        String log = "";
    }

    private abstract static class SpanEvent extends LogEvent implements Span {
        @Label("Records")
        long records;

        @Label("Bytes")
        @DataAmount
        long bytes;

        @Override
        public void end(long endedRecords, long endedBytes) {
            records = endedRecords;
            bytes = endedBytes;
            commit();
        }
    }

    @Name("softadastra.wal.Commit")
    @Label("Slow Group Commit")
    @Description("A group was written and forced, which took longer than the threshold")
    @Threshold("10 ms")
    private static final class Commit extends SpanEvent {}

    @Name("softadastra.wal.Rotation")
    @Label("Segment Rotation")
    private static final class Rotation extends SpanEvent {}

    @Name("softadastra.wal.Checkpoint")
    @Label("Checkpoint Published")
    private static final class Checkpoint extends SpanEvent {}

    @Name("softadastra.wal.Recovery")
    @Label("Recovery")
    private static final class Recovered extends LogEvent {
        @Label("Clean")
        boolean clean;

        @Label("Records")
        long records;

        @Label("Bytes")
        @DataAmount
        long bytes;

        @Label("Torn Bytes")
        @DataAmount
        long tornBytes;

        @Label("Recovery Time")
        @Timespan
        long nanos;
    }

    @Name("softadastra.wal.Failure")
    @Label("Log Failure")
    @Description("A write or a force failed, and the log takes nothing more until it is recovered")
    private static final class Failure extends LogEvent {
        @Label("Reason")
        String reason = "";
    }

    @Name("softadastra.wal.Statistics")
    @Label("Log Statistics")
    @Period("10 s")
    private static final class Statistics extends LogEvent {
        @Label("First Sequence")
        long firstSequence;

        @Label("Last Sequence")
        long lastSequence;

        @Label("Durable Sequence")
        long durableSequence;

        @Label("Checkpoint Sequence")
        long checkpointSequence;

        @Label("Appended Records")
        long appended;

        @Label("Groups")
        long groups;

        @Label("Largest Group")
        long largestGroup;

        @Label("Forces")
        long forces;

        @Label("Median Force Latency")
        @Timespan
        long forceP50;

        @Label("99th Percentile Force Latency")
        @Timespan
        long forceP99;

        @Label("Longest Force Latency")
        @Timespan
        long forceMax;

        @Label("Segments")
        long segments;

        @Label("Bytes")
        @DataAmount
        long bytes;

        Statistics(String log, WalStats now) {
            this.log = log;
            this.firstSequence = now.firstSequence();
            this.lastSequence = now.lastSequence();
            this.durableSequence = now.durableSequence();
            this.checkpointSequence = now.checkpointSequence();
            this.appended = now.appended();
            this.groups = now.groups();
            this.largestGroup = now.largestGroup();
            this.forces = now.forces();
            this.forceP50 = now.forceLatency().p50();
            this.forceP99 = now.forceLatency().p99();
            this.forceMax = now.forceLatency().max();
            this.segments = now.segments();
            this.bytes = now.bytes();
        }
    }

    @Override
    Span commit(String log) {
        return commits.isEnabled() ? begun(new Commit(), log) : Span.NONE;
    }

    @Override
    Span rotation(String log) {
        return rotations.isEnabled() ? begun(new Rotation(), log) : Span.NONE;
    }

    @Override
    Span checkpoint(String log) {
        return checkpoints.isEnabled() ? begun(new Checkpoint(), log) : Span.NONE;
    }

    private static Span begun(SpanEvent event, String log) {
        event.log = log;
        event.begin();
        return event;
    }

    @Override
    void recovered(String log, WalRecovery report) {
        Recovered event = new Recovered();
        event.log = log;
        event.clean = report.clean();
        event.records = report.records();
        event.bytes = report.bytes();
        event.tornBytes = report.tornBytes();
        event.nanos = report.duration().toNanos();
        event.commit();
    }

    @Override
    void failed(String log, String reason) {
        Failure event = new Failure();
        event.log = log;
        event.reason = reason;
        event.commit();
    }
}
