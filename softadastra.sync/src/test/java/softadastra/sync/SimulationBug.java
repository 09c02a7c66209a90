package softadastra.sync;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import softadastra.core.HybridTimestamp;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.Value;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalRecordType;

/** Mistakes that the simulation is to find; made in what is handed to the nodes, never in the product. */
enum SimulationBug {
    NONE,
    /** The log says that what comes from others is durable, so that what is acknowledged may be lost. */
    ACK_BEFORE_FORCE,
    /** The log says that what is written here is durable, so that what is sent may be lost. */
    SENT_BEFORE_FORCE,
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
    REMOVALS_LOSE,
    /** Of values that are to stand beside each other, one that comes late and is the older one is let go. */
    SIBLING_LOST,
    /** What values are merged to depends on which of them came last. */
    MERGED_BY_ARRIVAL,
    /** What is rejected is known in memory only until its writer knows. */
    REJECTION_NOT_LOGGED,
    /** A node that does not have everything tells others as if it had. */
    FORWARDS_WHAT_IT_LACKS,
    /** Nodes never look whether those that hold the same have the same. */
    NOTHING_COMPARED,
    /** What only a node that comes back has is not written again. */
    NOT_WRITTEN_AGAIN,
    /** Nobody notices that an older log was put in the place of a log. */
    PUT_BACK_UNNOTICED,
    /** A log that is begun anew has the epoch of the one before, so that counters stand for something else, and nobody notices. */
    COUNTERS_REUSED;

    /** Whether it is looked for where nodes come and go. */
    boolean isOfMembership() {
        return this == NOT_WRITTEN_AGAIN || this == PUT_BACK_UNNOTICED || this == COUNTERS_REUSED;
    }

    /** Whether it is looked for where all logs are on disks. */
    boolean isOfDisks() {
        return lies().isPresent() || this == PUT_BACK_UNNOTICED;
    }

    /** Of which batches logs claim that they are durable, though nobody has forced them; empty for the truth. */
    Optional<Predicate<WalBatch>> lies() {
        return switch (this) {
            case ACK_BEFORE_FORCE -> Optional.of(batch -> !isWrittenHere(batch));
            case SENT_BEFORE_FORCE -> Optional.of(SimulationBug::isWrittenHere);
            default -> Optional.empty();
        };
    }

    /** Whether a batch has operations of the node itself. */
    private static boolean isWrittenHere(WalBatch batch) {
        return IntStream.range(0, batch.size())
                .anyMatch(i -> batch.typeCode(i) <= WalRecordType.DELETE.code()
                        && batch.array(i)[batch.offset(i)] == OWN_OPERATION);
    }

    /** What the payload of an operation of the node itself begins with. */
    private static final int OWN_OPERATION = 1;

    private static final long GRACE_MILLIS = 200;

    private static final long REST_NANOS = 1_000_000_000L;

    /** So long a part of what stands at a node is to be, if nothing else is said: a few entries. */
    static final int CHUNK_BYTES = 300;

    /** Few, so that the log is read too, and may have let go what is asked for. */
    private static final int REMEMBERED = 16;

    /** Small, so that it is full now and then. */
    static final Peer.Window WINDOW = new Peer.Window(32, 12 << 10, 3 << 10);

    ExchangeRules rules(
            InstantSource clock, long retentionNanos, Admitting admission, Optional<Subscription> subscription) {
        return rules(clock, retentionNanos, admission, subscription, CHUNK_BYTES);
    }

    ExchangeRules rules(
            InstantSource clock,
            long retentionNanos,
            Admitting admission,
            Optional<Subscription> subscription,
            int chunkBytes) {
        return new ExchangeRules(
                () -> arbiter(admission),
                collector(),
                GRACE_MILLIS,
                chunkBytes,
                REMEMBERED,
                WINDOW,
                this == NOTHING_COMPARED ? Optional.empty() : Optional.of(SimulationPolicies::converges),
                REST_NANOS,
                subscription,
                covering(),
                memberships(),
                retentionNanos,
                clock);
    }

    private Membership.Factory memberships() {
        return switch (this) {
            case NOT_WRITTEN_AGAIN ->
                (replication, random, retention, self, issued, noted, members, stage) ->
                        new Membership(replication, random, retention, self, issued, noted, members, stage) {
                            @Override
                            boolean isLost(OperationId id) {
                                return false;
                            }
                        };
            case PUT_BACK_UNNOTICED, COUNTERS_REUSED ->
                (replication, random, retention, self, issued, noted, members, stage) -> new Membership(
                        replication,
                        random,
                        retention,
                        new OwnEpoch(self, issued, members, stage) {
                            @Override
                            boolean isAhead(SyncMessage.State state, CausalContext holds, long said) {
                                return false;
                            }
                        },
                        noted,
                        members,
                        stage);
            default -> Membership::new;
        };
    }

    private BiPredicate<Subscriptions, Origin> covering() {
        return this == FORWARDS_WHAT_IT_LACKS ? (subscriptions, peer) -> true : Subscriptions::covers;
    }

    private LastWriteWins arbiter(Admitting admission) {
        return switch (this) {
            case LOCAL_TIE_BREAK ->
                new PolicyArbiter(SimulationPolicies.ALL, admission) {
                    @Override
                    Effect choose(OperationRecord incoming, List<Standing> standing) {
                        Effect right = super.choose(incoming, standing);
                        boolean tie =
                                !standing.isEmpty() && standing.get(0).stamp().equals(incoming.stamp());
                        return tie ? Effect.LOST : right;
                    }
                };
            case LAST_ARRIVAL_WINS ->
                new PolicyArbiter(SimulationPolicies.ALL, admission) {
                    @Override
                    Effect choose(OperationRecord incoming, List<Standing> standing) {
                        Effect unused = super.choose(incoming, standing);
                        return Effect.WON;
                    }
                };
            case SILENT_LOSER ->
                new PolicyArbiter(SimulationPolicies.ALL, admission) {
                    @Override
                    Effect choose(OperationRecord incoming, List<Standing> standing) {
                        Effect right = super.choose(incoming, standing);
                        if (right == Effect.LOST) {
                            conflicts().clear();
                        }
                        return right;
                    }
                };
            case REMOVALS_LOSE ->
                new PolicyArbiter(SimulationPolicies.ALL, admission) {
                    @Override
                    Effect choose(OperationRecord incoming, List<Standing> standing) {
                        Effect right = super.choose(incoming, standing);
                        boolean alive =
                                !standing.isEmpty() && standing.get(0).value().isPresent();
                        return alive && incoming.operation().value().isEmpty() ? Effect.LOST : right;
                    }
                };
            case SIBLING_LOST ->
                new PolicyArbiter(SimulationPolicies.ALL, admission) {
                    @Override
                    Effect choose(OperationRecord incoming, List<Standing> standing) {
                        Effect right = super.choose(incoming, standing);
                        boolean older =
                                !standing.isEmpty() && standing.get(0).stamp().isAfter(incoming.stamp());
                        return right == Effect.SIBLING && older ? Effect.LOST : right;
                    }
                };
            case MERGED_BY_ARRIVAL ->
                new PolicyArbiter(SimulationPolicies.ALL, admission) {
                    private Optional<Value> last = Optional.empty();

                    @Override
                    Effect choose(OperationRecord incoming, List<Standing> standing) {
                        last = incoming.operation().value();
                        return super.choose(incoming, standing);
                    }

                    @Override
                    public Optional<Value> merge(Key key, List<Standing> siblings) {
                        return last;
                    }
                };
            case REJECTION_NOT_LOGGED ->
                new PolicyArbiter(SimulationPolicies.ALL, admission) {
                    @Override
                    public void addNotes(NoteSink sink) {
                        super.addNotes((typeCode, payload) -> {
                            if (typeCode != Rejections.NOTE) {
                                sink.add(typeCode, payload);
                            }
                        });
                    }
                };
            default -> new PolicyArbiter(SimulationPolicies.ALL, admission);
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
                        members.forEach((node, cut) -> changed.put(
                                node, new Cut(cut.sequence(), all, cut.promise(), cut.members(), cut.returning())));
                        super.begin(changed);
                    }
                };
            case GC_WITHOUT_PROMISES ->
                new Collector() {
                    @Override
                    void begin(Map<Origin, Cut> members) {
                        Map<Origin, Cut> changed = new TreeMap<>();
                        members.forEach((node, cut) -> changed.put(
                                node, new Cut(cut.sequence(), cut.held(), -1L, cut.members(), cut.returning())));
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
