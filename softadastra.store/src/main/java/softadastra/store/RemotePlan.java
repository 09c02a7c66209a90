package softadastra.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
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
    private final SkipPlan skips;
    private final Arbiter arbiter;
    private final ByteWriter buffer;
    private final long now;
    private final Map<Origin, Long> counters = new HashMap<>();
    private final Map<Origin, CausalContext> contexts = new HashMap<>();
    private final Map<Key, Stored> staged = new HashMap<>();
    private final Set<Origin> broken = new HashSet<>();
    private final Set<OperationId> listed = new HashSet<>();
    private final List<Key> keys = new ArrayList<>();

    /** The places of the operations among the records of the batch. */
    private final List<Integer> places = new ArrayList<>();

    /** What each operation leaves, null for one that leaves what was there. */
    private final List<@Nullable Stored> values = new ArrayList<>();

    private final List<Integer> typeCodes = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private final List<byte[]> notes = new ArrayList<>();
    private final List<Integer> noteTypes = new ArrayList<>();
    private @Nullable CausalContext raised;
    private int lost;
    private int passedOver;

    RemotePlan(Versions versions, SkipPlan skips, Arbiter arbiter, ByteWriter buffer, long now) {
        this.versions = versions;
        this.skips = skips;
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
        // What follows on operations that are left out stands behind them.
        skip();
        Key key = incoming.operation().key();
        Stored standing = standing(key);
        Verdict verdict = decide(incoming, standing, each -> !context.includes(each));
        counters.put(id.origin(), id.counter());
        OperationType type = type(incoming.operation(), Stored.live(standing));
        encode(incoming, context, verdict, type);
        planned(key, verdict, type);
    }

    private Verdict decide(OperationRecord incoming, @Nullable Stored standing, Predicate<OperationId> stays) {
        Key key = incoming.operation().key();
        Effect effect = arbiter.decide(incoming, standing == null ? List.of() : Standing.of(key, standing));
        return Verdict.of(effect, arbiter, incoming, standing, stays);
    }

    private void planned(Key key, Verdict verdict, OperationType type) {
        keys.add(key);
        places.add(typeCodes.size());
        typeCodes.add(type.code());
        ends.add(buffer.length());
        values.add(verdict.stored());
        if (verdict.stored() != null) {
            staged.put(key, verdict.stored());
        }
        lost += verdict.effect() == Effect.LOST || verdict.effect() == Effect.REJECTED ? 1 : 0;
    }

    private Verdict decideSurvivor(OperationRecord survivor, @Nullable Stored standing) {
        CausalContext theirs = survivor.context().orElseThrow();
        return decide(survivor, standing, each -> !theirs.includes(each) || listed.contains(each));
    }

    /** Says which operations come without those they had replaced: what is among them stands beside what is. */
    void list(Set<OperationId> beside) {
        listed.addAll(beside);
    }

    /** Decides what an operation does that came without those it had replaced, unless it is held already. */
    void adopt(OperationRecord survivor) {
        Key key = survivor.operation().key();
        Stored standing = standing(key);
        boolean isHeld = known(survivor.id().origin()) >= survivor.id().counter();
        Verdict verdict = isHeld ? Verdict.held(survivor, standing) : decideSurvivor(survivor, standing);
        if (isHeld && verdict.stored() == null) {
            passedOver++;
            return;
        }
        survive(survivor, key, standing, verdict);
    }

    /** Decides what an operation does that is held, and does not stand as it should. */
    void mend(OperationRecord survivor) {
        Key key = survivor.operation().key();
        Stored standing = standing(key);
        Verdict verdict = decideSurvivor(survivor, standing);
        if (verdict.stored() == null) {
            passedOver++;
            return;
        }
        survive(survivor, key, standing, verdict);
    }

    private void survive(OperationRecord survivor, Key key, @Nullable Stored standing, Verdict verdict) {
        OperationType type = type(survivor.operation(), Stored.live(standing));
        counters.putIfAbsent(survivor.id().origin(), known(survivor.id().origin()));
        OperationEnvelope.writeSurvivor(
                buffer,
                new OperationRecord(
                        survivor.id(),
                        survivor.stamp(),
                        survivor.version(),
                        verdict.effect(),
                        Optional.of(CausalContext.EMPTY),
                        false,
                        survivor.operation().as(type),
                        verdict.outcome()));
        planned(key, verdict, type);
    }

    /** Takes away what stands here: elsewhere it is gone, and so is what had removed it there. */
    void drop(List<Standing> gone) {
        Map<Key, Set<OperationId>> byKey = new LinkedHashMap<>();
        for (Standing each : gone) {
            boolean unused =
                    byKey.computeIfAbsent(each.key(), key -> new HashSet<>()).add(each.id());
        }
        byKey.forEach((key, ids) -> drop(key, standing(key), ids));
    }

    /** The removal goes by the name of what it removes, which nobody will be sent again. */
    private void drop(Key key, @Nullable Stored standing, Set<OperationId> gone) {
        List<Stored> rest = new ArrayList<>();
        for (Stored each : standing == null ? List.<Stored>of() : standing.siblings()) {
            if (!gone.contains(new OperationId(each.origin, each.counter))) {
                rest.add(each);
            }
        }
        if (standing == null || rest.size() == standing.siblings().size()) {
            passedOver++;
            return;
        }
        boolean isRemoved = rest.isEmpty();
        Stored last = isRemoved ? standing : rest.get(0);
        OperationType type = type(Standing.operation(key, isRemoved ? null : last.value), Stored.live(standing));
        Verdict verdict = Verdict.rest(arbiter, key, standing, rest);
        OperationEnvelope.writeSurvivor(
                buffer,
                new OperationRecord(
                        new OperationId(last.origin, last.counter),
                        HybridTimestamp.ofPacked(last.stamp),
                        last.version,
                        verdict.effect(),
                        Optional.of(CausalContext.EMPTY),
                        false,
                        Standing.operation(key, isRemoved ? null : last.value).as(type),
                        verdict.outcome()));
        planned(key, verdict, type);
    }

    /** Says what is held once all that was adopted is. */
    void raise(CausalContext held) {
        raised = held;
    }

    /** Logs what is left out, as far as everything before it is held. */
    void skip() {
        skips.origins().forEach(this::known);
        Map<Origin, Long> held = skips.say();
        if (!held.isEmpty()) {
            buffer.writeBytes(Raise.encodeSkip(held));
            typeCodes.add(WalRecordType.HELD.code());
            ends.add(buffer.length());
            versions.totals().leaveOut();
        }
    }

    private long known(Origin origin) {
        Long counter = counters.get(origin);
        long held = counter == null ? versions.newestCounter(origin) : counter;
        long reached = skips.reach(origin, held);
        if (reached > held) {
            counters.put(origin, reached);
        }
        return reached;
    }

    private boolean isKnown(CausalContext context) {
        for (Map.Entry<Origin, Long> each : context.counters().entrySet()) {
            if (known(each.getKey()) < each.getValue()) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Stored standing(Key key) {
        Stored stored = staged.get(key);
        Slot slot = stored == null ? versions.find(key.bytes()) : null;
        return slot == null ? stored : slot.newest();
    }

    /** What an operation is here: whether a key is new differs from node to node. */
    private static OperationType type(Operation operation, @Nullable Stored live) {
        if (operation.type() == OperationType.DELETE) {
            return OperationType.DELETE;
        }
        return live == null ? OperationType.PUT : OperationType.UPDATE;
    }

    private void encode(OperationRecord incoming, CausalContext context, Verdict verdict, OperationType type) {
        CausalContext before = contexts.put(incoming.id().origin(), context);
        OperationRecord logged = new OperationRecord(
                incoming.id(),
                incoming.stamp(),
                incoming.version(),
                verdict.effect(),
                Optional.of(before == null ? context : context.since(before)),
                before != null,
                incoming.operation().as(type),
                verdict.outcome());
        OperationEnvelope.write(buffer, logged, now);
    }

    boolean isEmpty() {
        return typeCodes.isEmpty();
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
        return typeCodes.size() + notes.size() + (raised == null ? 0 : 1);
    }

    /** Adds what the operations leave; the log has given the batch its sequences. */
    void addTo(Versions target, long lastSequence) {
        long sequence = lastSequence - records() + 1;
        for (int i = 0; i < keys.size(); i++) {
            Stored stored = values.get(i);
            if (stored != null) {
                stored.sequence = sequence + places.get(i);
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
