package softadastra.sync;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import softadastra.core.HybridTimestamp;
import softadastra.store.Effect;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Standing;

/** Mistakes that the simulation is to find; made in what is handed to the nodes, never in the product. */
enum SimulationBug {
    NONE,
    /** The log says that everything is durable, so that what is acknowledged or sent may be lost. */
    ACK_BEFORE_FORCE,
    /** Of two operations with one stamp, each node prefers what it has. */
    LOCAL_TIE_BREAK,
    /** The value that comes last stands, whatever its stamp. */
    LAST_ARRIVAL_WINS,
    /** A conflict is not reported where what stands there wins. */
    SILENT_LOSER,
    /** Removals are forgotten at once. */
    NO_TOMBSTONES,
    /** Removals are forgotten though a member may not have them. */
    GC_WITHOUT_ACKNOWLEDGEMENTS,
    /** Removals are forgotten though a member may still write below them. */
    GC_WITHOUT_PROMISES,
    /** Removals are forgotten though something that members hold is yet to come. */
    GC_WITHOUT_HOLDING,
    /** A removal loses against every value. */
    REMOVALS_LOSE;

    private static final long GRACE_MILLIS = 200;

    /** A few entries. */
    private static final int CHUNK_BYTES = 300;

    /** Where to begin, so that a run takes no longer than it has to; from 1 it takes some hundred seeds at most. */
    long firstSeed() {
        return this == GC_WITHOUT_HOLDING ? 1020 : 1;
    }

    Exchange.Rules rules(InstantSource clock) {
        return new Exchange.Rules(this::arbiter, collector(), GRACE_MILLIS, CHUNK_BYTES, clock);
    }

    private LastWriteWins arbiter() {
        return switch (this) {
            case LOCAL_TIE_BREAK ->
                new LastWriteWins() {
                    @Override
                    public Effect decide(OperationRecord incoming, Optional<Standing> standing) {
                        Effect right = super.decide(incoming, standing);
                        boolean tie =
                                standing.isPresent() && standing.get().stamp().equals(incoming.stamp());
                        return tie ? Effect.LOST : right;
                    }
                };
            case LAST_ARRIVAL_WINS ->
                new LastWriteWins() {
                    @Override
                    public Effect decide(OperationRecord incoming, Optional<Standing> standing) {
                        Effect unused = super.decide(incoming, standing);
                        return Effect.WON;
                    }
                };
            case SILENT_LOSER ->
                new LastWriteWins() {
                    @Override
                    public Effect decide(OperationRecord incoming, Optional<Standing> standing) {
                        Effect right = super.decide(incoming, standing);
                        if (right == Effect.LOST) {
                            conflicts().clear();
                        }
                        return right;
                    }
                };
            case REMOVALS_LOSE ->
                new LastWriteWins() {
                    @Override
                    public Effect decide(OperationRecord incoming, Optional<Standing> standing) {
                        Effect right = super.decide(incoming, standing);
                        boolean alive =
                                standing.isPresent() && standing.get().value().isPresent();
                        return alive && incoming.operation().value().isEmpty() ? Effect.LOST : right;
                    }
                };
            default -> new LastWriteWins();
        };
    }

    private Collector collector() {
        return switch (this) {
            case NO_TOMBSTONES ->
                new Collector() {
                    @Override
                    boolean isReady(Vector held) {
                        return true;
                    }

                    @Override
                    public boolean mayForget(OperationId removal, HybridTimestamp stamp) {
                        return true;
                    }
                };
            case GC_WITHOUT_ACKNOWLEDGEMENTS ->
                new Collector() {
                    @Override
                    void begin(Map<Origin, Cut> members) {
                        // As if the removal were everywhere that somebody has it.
                        Vector all = new Vector();
                        members.values().forEach(cut -> {
                            boolean unused = all.merge(cut.held());
                        });
                        Map<Origin, Cut> changed = new TreeMap<>();
                        members.forEach((node, cut) ->
                                changed.put(node, new Cut(cut.sequence(), all, cut.promise(), cut.members())));
                        super.begin(changed);
                    }
                };
            case GC_WITHOUT_PROMISES ->
                new Collector() {
                    @Override
                    void begin(Map<Origin, Cut> members) {
                        Map<Origin, Cut> changed = new TreeMap<>();
                        members.forEach((node, cut) ->
                                changed.put(node, new Cut(cut.sequence(), cut.held(), -1L, cut.members())));
                        super.begin(changed);
                    }
                };
            case GC_WITHOUT_HOLDING ->
                new Collector() {
                    @Override
                    boolean isReady(Vector held) {
                        Vector all = new Vector();
                        held.counters().forEach((origin, counter) -> all.raise(origin, Long.MAX_VALUE));
                        return super.isReady(all);
                    }
                };
            default -> new Collector();
        };
    }
}
