package softadastra.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalRecordType;

/**
 * A batch of other nodes' operations while it is decided on, operation by operation: each sees what those before it would leave.
 *
 * <p>An operation is taken if it is the next one of its origin, and everything its writer knew is held. So the log of each node
 * has operations in an order that causality allows, and whatever comes twice, or too early, changes nothing.
 *
 * <p>The first operation of an origin in a batch has its context in full, those that follow have what changed: the batch can be
 * read by itself.
 */
final class RemotePlan {

    private final Versions versions;
    private final Arbiter arbiter;
    private final ByteWriter buffer;
    private final long now;
    private final Map<Origin, Long> counters = new HashMap<>();
    private final Map<Origin, CausalContext> contexts = new HashMap<>();
    private final Map<Key, Stored> staged = new HashMap<>();
    private final Set<Origin> broken = new HashSet<>();
    private final List<Key> keys = new ArrayList<>();

    /** What each operation leaves, null for one that lost. */
    private final List<@Nullable Stored> values = new ArrayList<>();

    private final List<Integer> typeCodes = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private final List<byte[]> notes = new ArrayList<>();
    private final List<Integer> noteTypes = new ArrayList<>();
    private @Nullable CausalContext raised;
    private int lost;
    private int passedOver;

    RemotePlan(Versions versions, Arbiter arbiter, ByteWriter buffer, long now) {
        this.versions = versions;
        this.arbiter = arbiter;
        this.buffer = buffer;
        this.now = now;
    }

    /** Decides what an operation does, unless it is not its turn. */
    void add(OperationRecord incoming) {
        OperationId id = incoming.id();
        CausalContext context = incoming.context().orElseThrow();
        if (broken.contains(id.origin()) || id.counter() != known(id.origin()) + 1 || !isKnown(context)) {
            passedOver++;
            if (id.counter() > known(id.origin())) {
                // What follows it is not next either.
                broken.add(id.origin());
            }
            return;
        }
        Key key = incoming.operation().key();
        Stored standing = standing(key);
        Effect effect = decide(incoming, key, standing);
        counters.put(id.origin(), id.counter());
        OperationType type = type(incoming.operation(), Stored.live(standing));
        encode(incoming, context, effect, type);
        planned(incoming, key, effect, type);
    }

    private Effect decide(OperationRecord incoming, Key key, @Nullable Stored standing) {
        Effect effect = arbiter.decide(incoming, Optional.ofNullable(standing).map(stored -> Standing.of(key, stored)));
        if (effect != Effect.WON && effect != Effect.LOST) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid decision: " + effect + " for operation " + incoming.id());
        }
        return effect;
    }

    private void planned(OperationRecord incoming, Key key, Effect effect, OperationType type) {
        keys.add(key);
        typeCodes.add(type.code());
        ends.add(buffer.length());
        values.add(effect == Effect.WON ? stage(key, incoming) : null);
        lost += effect == Effect.LOST ? 1 : 0;
    }

    /** Decides what an operation does that came without those it had replaced, unless it is held already. */
    void adopt(OperationRecord survivor) {
        if (known(survivor.id().origin()) >= survivor.id().counter()) {
            passedOver++;
            return;
        }
        Key key = survivor.operation().key();
        Stored standing = standing(key);
        Effect effect = decide(survivor, key, standing);
        OperationType type = type(survivor.operation(), Stored.live(standing));
        counters.putIfAbsent(survivor.id().origin(), known(survivor.id().origin()));
        OperationEnvelope.writeSurvivor(
                buffer,
                OperationRecord.remote(
                        survivor.id(),
                        survivor.stamp(),
                        survivor.version(),
                        effect,
                        CausalContext.EMPTY,
                        survivor.operation().as(type)));
        planned(survivor, key, effect, type);
    }

    /**
     * Takes away what stands under a key: elsewhere it is gone, and so is what had removed it there. The removal goes by the name of
     * what it removes, which nobody will be sent again.
     */
    void drop(Standing gone) {
        Stored standing = standing(gone.key());
        boolean stands = standing != null
                && standing.value != null
                && standing.origin.equals(gone.id().origin())
                && standing.counter == gone.id().counter();
        if (!stands) {
            passedOver++;
            return;
        }
        OperationRecord removal = OperationRecord.remote(
                gone.id(), gone.stamp(), gone.version(), Effect.WON, CausalContext.EMPTY, Operation.delete(gone.key()));
        OperationEnvelope.writeSurvivor(buffer, removal);
        planned(removal, gone.key(), Effect.WON, OperationType.DELETE);
    }

    /** Says what is held once all that was adopted is. */
    void raise(CausalContext held) {
        raised = held;
    }

    private long known(Origin origin) {
        Long counter = counters.get(origin);
        return counter == null ? versions.newestCounter(origin) : counter;
    }

    private boolean isKnown(CausalContext context) {
        return context.counters().entrySet().stream().allMatch(each -> known(each.getKey()) >= each.getValue());
    }

    private @Nullable Stored standing(Key key) {
        Stored stored = staged.get(key);
        Slot slot = stored == null ? versions.find(key.bytes()) : null;
        return slot == null ? stored : slot.newest();
    }

    private Stored stage(Key key, OperationRecord incoming) {
        Stored stored = new Stored(
                incoming.operation().valueBytes(),
                incoming.version(),
                incoming.stamp().packed(),
                incoming.id().origin(),
                incoming.id().counter());
        staged.put(key, stored);
        return stored;
    }

    /** What an operation is here: whether a key is new differs from node to node. */
    private static OperationType type(Operation operation, @Nullable Stored live) {
        if (operation.type() == OperationType.DELETE) {
            return OperationType.DELETE;
        }
        return live == null ? OperationType.PUT : OperationType.UPDATE;
    }

    private void encode(OperationRecord incoming, CausalContext context, Effect effect, OperationType type) {
        CausalContext before = contexts.put(incoming.id().origin(), context);
        OperationRecord logged = new OperationRecord(
                incoming.id(),
                incoming.stamp(),
                incoming.version(),
                effect,
                Optional.of(before == null ? context : context.since(before)),
                before != null,
                incoming.operation().as(type));
        OperationEnvelope.write(buffer, logged, now);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Fills a batch for the log, with the notes that the arbiter has. */
    WalBatch fill(WalBatch batch) {
        arbiter.addNotes((typeCode, payload) -> {
            Replication.requireNote(typeCode);
            noteTypes.add(typeCode);
            notes.add(payload);
        });
        int begin = 0;
        for (int i = 0; i < ends.size(); i++) {
            batch.add(typeCodes.get(i), buffer.array(), begin, ends.get(i) - begin);
            begin = ends.get(i);
        }
        for (int i = 0; i < notes.size(); i++) {
            batch.add(noteTypes.get(i), notes.get(i));
        }
        CausalContext held = raised;
        if (held != null) {
            batch.add(WalRecordType.HELD, Raise.encode(held));
        }
        return batch.at(now);
    }

    int records() {
        return keys.size() + notes.size() + (raised == null ? 0 : 1);
    }

    /** Adds what the operations leave; the log has given the batch its sequences. */
    void addTo(Versions target, long lastSequence) {
        long sequence = lastSequence - records() + 1;
        for (int i = 0; i < keys.size(); i++) {
            Stored stored = values.get(i);
            if (stored != null) {
                stored.sequence = sequence + i;
                byte[] key = keys.get(i).bytes();
                Slot unused = target.add(target.slot(key), key, stored);
            }
        }
        target.brought(counters, lastSequence);
        CausalContext held = raised;
        if (held != null) {
            target.raise(higher(held, target), lastSequence);
        }
    }

    private static Map<Origin, Long> higher(CausalContext held, Versions target) {
        Map<Origin, Long> higher = new LinkedHashMap<>();
        held.counters().forEach((origin, counter) -> {
            if (counter > target.newestCounter(origin)) {
                higher.put(origin, counter);
            }
        });
        return higher;
    }

    Replicated result(long lastSequence) {
        return new Replicated(lastSequence, keys.size() - lost, lost, passedOver);
    }
}
